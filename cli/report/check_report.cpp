#include "cli/report/check_report.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "cli/installation.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

void set_text(pugi::xml_node node, std::string_view text) {
  node.text() = traces::printable(text).c_str();
}

void add_attribute(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name) = traces::printable(value).c_str();
}

std::string text_of(const pugi::xml_document& document, unsigned flags) {
  std::ostringstream text;
  document.save(text, "  ", flags);
  return text.str();
}

// Only a violation is a failure: where a part was inconclusive, broken or could not go on, nothing
// was shown to be wrong, which is JUnit's error.
void append_end(pugi::xml_node test, const Section& section) {
  if (section.end == ExitCode::held) return;
  const char* element = !section.end                        ? "skipped"
                        : section.end == ExitCode::violated ? "failure"
                                                            : "error";
  pugi::xml_node end = test.append_child(element);
  add_attribute(end, "message", word_of(section));
  set_text(end, section.text);
}

std::string junit_xml(const Report& report) {
  pugi::xml_document document;
  pugi::xml_node suite = document.append_child("testsuite");
  add_attribute(suite, "name", "leasecheck check " + report.backend);
  suite.append_attribute("tests") = report.sections.size();
  for (const Section& section : report.sections) {
    pugi::xml_node test = suite.append_child("testcase");
    add_attribute(test, "classname", "leasecheck.check");
    add_attribute(test, "name", section.name);
    add_attribute(test, "time", fmt::format("{:.3f}", section.seconds));
    append_end(test, section);
    set_text(test.append_child("system-out"), section.text);
  }
  return text_of(document, pugi::format_default);
}

constexpr const char* style = R"(
body { font: 16px/1.5 sans-serif; color: #1c2430; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
.result { padding: .1rem .5rem; border-radius: .25rem; font-size: .85rem; }
.result { color: #fff; background: #8a5a00; }
.held { background: #1d6b34; } .violated { background: #a51d2d; }
pre { background: #f4f5f7; padding: .75rem 1rem; overflow-x: auto; white-space: pre-wrap; }
img { max-width: 100%; }
)";

pugi::xml_node append_text(pugi::xml_node parent, const char* element, const std::string& text) {
  pugi::xml_node child = parent.append_child(element);
  set_text(child, text);
  return child;
}

void append_heading(pugi::xml_node body, const char* element, const std::string& title,
                    std::string_view end) {
  pugi::xml_node heading = body.append_child(element);
  heading.append_child(pugi::node_pcdata).set_value(traces::printable(title + " ").c_str());
  const std::string word(end);
  pugi::xml_node mark = append_text(heading, "span", word);
  mark.append_attribute("class") = ("result " + word).c_str();
}

std::string index_html(const Report& report) {
  pugi::xml_document document;
  document.append_child(pugi::node_doctype).set_value("html");
  pugi::xml_node html = document.append_child("html");
  html.append_attribute("lang") = "en";
  pugi::xml_node head = html.append_child("head");
  head.append_child("meta").append_attribute("charset") = "utf-8";
  append_text(head, "title", "leasecheck: " + report.backend);
  append_text(head, "style", style);
  pugi::xml_node body = html.append_child("body");
  append_heading(body, "h1", "leasecheck check, backend " + report.backend, word(report.end()));
  for (const Section& section : report.sections) {
    append_heading(body, "h2", section.title, word_of(section));
    append_text(body, "pre", section.text);
  }
  append_text(body, "h2", "Life of an attempt, as the model walked it");
  if (!report.life_cycle) {
    append_text(body, "p", "Not drawn: " + report.life_cycle.error());
  } else {
    pugi::xml_node image = body.append_child("img");
    image.append_attribute("src") = "lifecycle.svg";
    image.append_attribute("alt") = "State-transition graph of an attempt";
  }
  append_text(body, "p",
              "leasecheck " + std::string(version()) +
                  "; the figures of this page for programs: summary.json, junit.xml.");
  return text_of(document, pugi::format_default | pugi::format_no_declaration |
                               pugi::format_no_empty_element_tags);
}

}  // namespace

std::string_view word_of(const Section& section) {
  return section.end ? word(*section.end) : "not run";
}

ExitCode Report::end() const {
  ExitCode end = ExitCode::held;
  for (const Section& section : sections) end = worst(end, section.end.value_or(end));
  return end;
}

std::string summary_json(const Report& report) {
  nlohmann::ordered_json sections = nlohmann::ordered_json::array();
  for (const Section& section : report.sections) {
    sections.push_back({{"name", section.name},
                        {"result", word_of(section)},
                        {"seconds", section.seconds},
                        {"figures", section.figures}});
    if (!section.replay.empty()) sections.back()["replay"] = section.replay;
  }
  const nlohmann::ordered_json document{{"leasecheck", version()},
                                        {"backend", report.backend},
                                        {"result", word(report.end())},
                                        {"sections", std::move(sections)}};
  return json_text(document);
}

std::expected<void, std::string> write_report(const Report& report,
                                              const std::filesystem::path& directory) {
  std::vector<std::pair<std::string, std::string>> files{{"summary.json", summary_json(report)},
                                                         {"junit.xml", junit_xml(report)}};
  if (report.life_cycle) files.emplace_back("lifecycle.svg", *report.life_cycle);
  files.emplace_back("index.html", index_html(report));
  for (const auto& [name, text] : files) {
    if (auto written = write_file(directory / name, text); !written) return written;
  }
  return {};
}

}  // namespace leasecheck::cli

"""The recipes for vcpkg and Conan name the options and the dependencies that this tree has.

recipes.py ROOT
"""

import json
import pathlib
import re
import sys

# What find_package and find_path ask for: its name in vcpkg and its name in Conan.
NAMES = {
    "Boost": ("boost-", "boost"),
    "CLI11": ("cli11", "cli11"),
    "fmt": ("fmt", "fmt"),
    "GTest": ("gtest", "gtest"),
    "libpq-fe.h": ("libpq", "libpq"),
    "nlohmann_json": ("nlohmann-json", "nlohmann_json"),
    "pugixml": ("pugixml", "pugixml"),
    "rapidcheck": ("rapidcheck", "rapidcheck"),
    "SQLite3": ("sqlite3", "sqlite3"),
    "utf8.h": ("utfcpp", "utfcpp"),
    "xxhash.h": ("xxhash", "xxhash"),
}
# Part of every system with a compiler.
OF_THE_SYSTEM = {"Threads"}


def needed(root):
    """What the sources outside of tests and benchmarks look for."""
    found = set()
    for folder in ("impl", "model", "properties", "traces", "sim", "cli"):
        for path in (root / folder).rglob("CMakeLists.txt"):
            text = path.read_text()
            found |= set(re.findall(r"find_package\((\w+)", text))
            found |= set(re.findall(r"find_path\(\w+ ([\w.-]+)", text))
    return found - OF_THE_SYSTEM


def main():
    root = pathlib.Path(sys.argv[1])
    recipes = root / "cmake" / "packaging"
    lists = (root / "CMakeLists.txt").read_text()
    version = re.search(r"project\(leasecheck VERSION ([\d.]+)", lists)[1]
    options = set(re.findall(r"option\((LEASECHECK_\w+)", lists))

    port = json.loads((recipes / "vcpkg" / "vcpkg.json").read_text())
    portfile = (recipes / "vcpkg" / "portfile.cmake").read_text()
    conan = (recipes / "conan" / "conanfile.py").read_text()
    compile(conan, "conanfile.py", "exec")

    wrong = []
    if port["version"] != version or f'version = "{version}"' not in conan:
        wrong.append(f"the version is {version}")
    for recipe, text in (("vcpkg", portfile), ("Conan", conan)):
        for option in sorted(set(re.findall(r"LEASECHECK_\w+", text)) - options):
            wrong.append(f"{recipe}: there is no option {option}")
    ports = [d if isinstance(d, str) else d["name"]
             for d in port["dependencies"] + [
                 d for feature in port["features"].values() for d in feature["dependencies"]]]
    required = re.findall(r'requires\("(\w+)/', conan)
    for name in sorted(needed(root)):
        if name not in NAMES:
            wrong.append(f"{name}: say in this script what the recipes call it")
            continue
        in_vcpkg, in_conan = NAMES[name]
        if not any(p.startswith(in_vcpkg) for p in ports):
            wrong.append(f"vcpkg: {name} is needed")
        if in_conan not in required:
            wrong.append(f"Conan: {name} is needed")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""A Conan 2 recipe of the tree that it lies in: conan create cmake/packaging/conan"""

import os

from conan import ConanFile
from conan.tools.cmake import CMake, cmake_layout
from conan.tools.files import copy

ROOT = os.path.join("..", "..", "..")


class Leasecheck(ConanFile):
    name = "leasecheck"
    version = "0.1.0"
    description = "A lease repository and, with the option harness, what proves it and yours"
    license = "Apache-2.0"
    package_type = "static-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"harness": [True, False], "postgres": [True, False]}
    default_options = {"harness": False, "postgres": False}
    generators = "CMakeDeps", "CMakeToolchain"

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE", "cmake/*", "impl/*", "model/*", "properties/*",
                     "traces/*", "sim/*", "cli/*"):
            copy(self, part, os.path.join(self.recipe_folder, ROOT), self.export_sources_folder)

    def requirements(self):
        self.requires("sqlite3/[>=3.40 <4]")
        self.requires("nlohmann_json/[>=3.11 <4]")
        self.requires("utfcpp/[>=3.2 <5]")
        if self.options.harness or self.options.postgres:
            self.requires("libpq/[>=14 <18]")
        if self.options.harness:
            self.requires("boost/[>=1.74 <2]")
            self.requires("cli11/[>=2.1 <3]")
            self.requires("fmt/[>=9 <12]")
            self.requires("gtest/[>=1.12 <2]")
            self.requires("pugixml/[>=1.13 <2]")
            self.requires("rapidcheck/[>=cci.20230815]")
            self.requires("xxhash/[>=0.8 <1]")

    def layout(self):
        cmake_layout(self)

    def build(self):
        cmake = CMake(self)
        cmake.configure(variables={
            "LEASECHECK_HARNESS": bool(self.options.harness),
            "LEASECHECK_POSTGRES": bool(self.options.harness or self.options.postgres),
            "LEASECHECK_TESTS": False,
            "LEASECHECK_INSTALL": True,
        })
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The CMake packages that are installed say what belongs together.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake")]

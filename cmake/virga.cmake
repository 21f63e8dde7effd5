# SPDX-License-Identifier: Apache-2.0
# Toolchain settings, third-party libraries and the helpers virga_library() and virga_program().

option(VIRGA_TESTS "Build the tests" ON)
option(VIRGA_FUZZ "Build the fuzz targets, with Clang, instead of the tests" OFF)
set(VIRGA_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

find_program(VIRGA_CCACHE ccache)
if(VIRGA_CCACHE)
  # The directory is part of debug information: without these, each checkout would miss the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${VIRGA_CCACHE})
endif()
find_program(VIRGA_MOLD mold)
if(VIRGA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wnon-virtual-dtor>"
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Werror>"
  "$<$<COMPILE_LANGUAGE:CXX>:-fstack-protector-strong;-fstack-clash-protection;-fcf-protection>")
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-ffunction-sections> $<$<COMPILE_LANGUAGE:CXX>:-fdata-sections>)
add_link_options(-Wl,-z,relro,-z,now,--gc-sections,--as-needed -pie)
if(VIRGA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined)
endif()
if(VIRGA_SANITIZE)
  add_compile_options(-fsanitize=${VIRGA_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${VIRGA_SANITIZE})
else()
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# Debian keeps 1.74 as the default; 1.81 has Boost.URL and lives under its own package names.
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(yaml_cpp REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(libvirt REQUIRED IMPORTED_TARGET libvirt)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(nl_route REQUIRED IMPORTED_TARGET libnl-route-3.0)
pkg_check_modules(nftables REQUIRED IMPORTED_TARGET libnftables)

# virga_library(NAME SOURCES ... [HEADERS ...] [PUBLIC libs] [PRIVATE libs])
# A static library virga_NAME with the alias virga::NAME. Headers are included from the top of the
# repository ("db/model/instance.h"), so that an include line says where the file is.
function(virga_library NAME)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(virga_${NAME} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(virga_${NAME} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(virga_${NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(virga::${NAME} ALIAS virga_${NAME})
  target_include_directories(virga_${NAME} ${scope} ${CMAKE_SOURCE_DIR})
  target_link_libraries(virga_${NAME} ${scope} ${ARG_PUBLIC})
  if(ARG_HEADERS)
    target_sources(virga_${NAME} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${ARG_HEADERS})
  endif()
endfunction()

# virga_program(NAME SOURCES ... LIBRARIES ...): an executable in build/<preset>/bin.
function(virga_program NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${ARG_LIBRARIES})
endfunction()

# virga_test(NAME [WHOLE] SOURCES ... LIBRARIES ... [LABEL unit]): a GoogleTest program known to ctest, which
# runs each of its tests in a process of its own, or, with WHOLE, all in one.
function(virga_test NAME)
  cmake_parse_arguments(ARG "WHOLE" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${NAME} ${ARG_SOURCES})
  # Tests run for seconds and are compiled for minutes: optimizing them costs more than it saves.
  target_compile_options(${NAME} PRIVATE -O0 -U_FORTIFY_SOURCE)
  target_link_libraries(${NAME} PRIVATE ${ARG_LIBRARIES} GTest::gtest_main GTest::gmock)
  if(ARG_WHOLE)
    add_test(NAME ${NAME} COMMAND ${NAME})
    set_tests_properties(${NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120)
    return()
  endif()
  include(GoogleTest)
  gtest_discover_tests(${NAME} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120)
endfunction()

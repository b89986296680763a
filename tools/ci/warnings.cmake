# The one place that says how our own code is compiled. `pulter_flags` is for every target of ours;
# `pulter_strict` is for codec, io and engine, which use neither exceptions nor RTTI.
add_library(pulter_flags INTERFACE)
target_include_directories(pulter_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(pulter_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor>
  # A coroutine that resumes another must jump, not call, also at -O1: otherwise a long loop of awaits uses up the stack.
  $<$<CXX_COMPILER_ID:GNU>:-fcoroutines> $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Debug>>:-foptimize-sibling-calls>
  $<$<BOOL:${PULTER_WERROR}>:-Werror>)
target_compile_definitions(pulter_flags INTERFACE
  PULTER_VERSION="${PROJECT_VERSION}"
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>
  $<$<BOOL:${PULTER_PLANTED_BUG}>:PULTER_PLANTED_BUG=${PULTER_PLANTED_BUG}>)
if(PULTER_FUZZERS)
  # What the fuzzer steers by: which edges an input took.
  target_compile_options(pulter_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PULTER_SANITIZE)
  # vptr asks for the type information that codec, io and engine are compiled without.
  target_compile_options(pulter_flags INTERFACE -fsanitize=${PULTER_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer)
  target_link_options(pulter_flags INTERFACE -fsanitize=${PULTER_SANITIZE})
endif()

add_library(pulter_strict INTERFACE)
target_link_libraries(pulter_strict INTERFACE pulter_flags)
target_compile_options(pulter_strict INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

# pulter_room(NAME SOURCES... LINK targets...): one static library per room; LINK says which floors it stands on.
function(pulter_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PRIVATE pulter_strict PUBLIC pulter_includes ${ROOM_LINK})
endfunction()

add_library(pulter_includes INTERFACE)
target_include_directories(pulter_includes INTERFACE ${PROJECT_SOURCE_DIR})
if(PULTER_SANITIZE)
  target_link_options(pulter_includes INTERFACE -fsanitize=${PULTER_SANITIZE})
endif()

# pulter_test(NAME SOURCES... LINK targets...): one GoogleTest program, run whole by one ctest entry.
function(pulter_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE pulter_flags ${T_LINK} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT})
endfunction()

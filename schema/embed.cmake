# Turns schema/**/*.sql into two generated headers:
#   schema/statements.hpp   one std::string_view per file of schema/statements, named like the file
#   schema/migrations.hpp   schema/V*.sql in order, each with its SHA-256
# A statement file must begin with "-- name: <file's name>", so that a stray copy is noticed.
function(freshet_embed_sql out_dir)
  file(GLOB statements CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/statements/*.sql)
  file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/V*.sql)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${statements} ${migrations})

  set(head "#pragma once\n\n#include <string_view>\n\n")
  set(text "// Generated from schema/statements by schema/embed.cmake.\n${head}")
  string(APPEND text "namespace schema::statements {\n")
  foreach(file IN LISTS statements)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} sql)
    if(NOT sql MATCHES "^-- name: ${name}\n")
      message(FATAL_ERROR "${file}: the first line must be \"-- name: ${name}\"")
    endif()
    string(REGEX REPLACE "\n--[^\n]*" "" sql "${sql}")  # comments need not travel
    string(APPEND text "inline constexpr std::string_view ${name} = R\"~sql~(${sql})~sql~\";\n")
  endforeach()
  string(APPEND text "}  // namespace schema::statements\n")
  file(GENERATE OUTPUT ${out_dir}/schema/statements.hpp CONTENT "${text}")

  set(text "// Generated from schema/V*.sql by schema/embed.cmake.\n${head}")
  string(APPEND text "namespace schema {\nstruct Migration {\n  int version;\n"
    "  std::string_view file;\n  std::string_view sha256;\n  std::string_view sql;\n};\n"
    "inline constexpr Migration migrations[] = {\n")
  list(SORT migrations)
  foreach(file IN LISTS migrations)
    get_filename_component(name ${file} NAME)
    if(NOT name MATCHES "^V0*([1-9][0-9]*)__[a-z0-9_]+\\.sql$")
      message(FATAL_ERROR "${file}: a migration is named V001__what_it_does.sql")
    endif()
    set(version ${CMAKE_MATCH_1})
    file(READ ${file} sql)
    file(SHA256 ${file} sum)
    string(APPEND text "  {${version}, \"${name}\", \"${sum}\", R\"~sql~(${sql})~sql~\"},\n")
  endforeach()
  string(APPEND text "};\n}  // namespace schema\n")
  file(GENERATE OUTPUT ${out_dir}/schema/migrations.hpp CONTENT "${text}")
endfunction()

freshet_embed_sql(${PROJECT_BINARY_DIR}/generated)

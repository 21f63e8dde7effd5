# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file.cpp -DFILES=a.sql;b.sql -P embed_sql.cmake : the migrations as a C++ table.
set(text "// Generated from db/schema.\n#include \"db/store/database.h\"\n\nnamespace virga::store {\n\n")
string(APPEND text "const std::vector<Migration>& migrations() {\n  static const std::vector<Migration> all = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} sql)
  string(APPEND text "    {\"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
string(APPEND text "  };\n  return all;\n}\n\n}  // namespace virga::store\n")
file(WRITE ${OUT} "${text}")

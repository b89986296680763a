# Every library that Pulter stands on, found once. The Debian packages are listed in tools/ci/dependencies.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(ZLIB REQUIRED)
find_package(mimalloc REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# liburing statically (19 KB): the machine that runs Pulter needs no liburing of the right version.
find_path(LIBURING_INCLUDE liburing.h REQUIRED)
find_library(LIBURING_ARCHIVE liburing.a REQUIRED)
add_library(liburing INTERFACE)
target_include_directories(liburing SYSTEM INTERFACE ${LIBURING_INCLUDE})
target_link_libraries(liburing INTERFACE ${LIBURING_ARCHIVE})

# llhttp: Debian ships its generated C sources for Node; they are compiled here.
find_path(LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp REQUIRED NO_DEFAULT_PATH)
find_path(LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp REQUIRED NO_DEFAULT_PATH)
add_library(llhttp STATIC ${LLHTTP_SOURCES}/api.c ${LLHTTP_SOURCES}/http.c ${LLHTTP_SOURCES}/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE})
# Its stricter grammar: no bare CR or LF, no bytes outside of the tables.
target_compile_definitions(llhttp PUBLIC LLHTTP_STRICT_MODE=1)

# BoringSSL lives in a folder of its own, so that OpenSSL's headers and libraries never mix with it.
find_path(BORINGSSL_INCLUDE openssl/base.h PATHS /usr/include/android REQUIRED NO_DEFAULT_PATH)
find_library(BORINGSSL_CRYPTO crypto PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/android REQUIRED NO_DEFAULT_PATH)
find_library(BORINGSSL_SSL ssl PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/android REQUIRED NO_DEFAULT_PATH)
get_filename_component(BORINGSSL_FOLDER ${BORINGSSL_CRYPTO} DIRECTORY)
add_library(boringssl_crypto INTERFACE)
target_include_directories(boringssl_crypto SYSTEM BEFORE INTERFACE ${BORINGSSL_INCLUDE})
target_link_libraries(boringssl_crypto INTERFACE ${BORINGSSL_CRYPTO})
target_link_options(boringssl_crypto INTERFACE -Wl,-rpath,${BORINGSSL_FOLDER})
add_library(boringssl_ssl INTERFACE)
target_link_libraries(boringssl_ssl INTERFACE ${BORINGSSL_SSL} boringssl_crypto)

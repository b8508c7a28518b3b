// The native kernels for Node: variants for several instruction sets, of which only those that this processor has can be called.
//   variants(): string[]                    the names that can be bound here, widest vectors first
//   misalignment(bytes: ArrayBuffer): number    its address modulo 64
//   builtBeside: string                     the SHA-256 of the WASM kernels that stood beside these sources
//   bind(variant: string, arena: Uint8Array): (program: number) => void
//       runs the program that stands at a word of the arena (program.c). The caller keeps the arena's memory alive.
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct variant {
  const char *name;
  void (*run)(float *arena, int program);
  int (*supported)(void);
};

#if defined(__x86_64__)
void run_sse2(float *, int);
void run_avx2(float *, int);
void run_avx2_fma(float *, int);
void run_avx512(float *, int);
void run_avx512_fma(float *, int);

// The operating system's part, saving the wide registers, is asked for as well by these builtins.
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("fma");
}
static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
static int has_avx2_fma(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int always(void) { return 1; }

static const struct variant variants[] = {
    {"avx512", run_avx512, has_avx512}, {"avx512-fma", run_avx512_fma, has_avx512}, {"avx2", run_avx2, has_avx2},
    {"avx2-fma", run_avx2_fma, has_avx2_fma}, {"sse2", run_sse2, always},
};
#elif defined(__aarch64__)
void run_neon(float *, int);
void run_neon_fma(float *, int);
static int always(void) { return 1; }

static const struct variant variants[] = {{"neon", run_neon, always}, {"neon-fma", run_neon_fma, always}};
#else
#error "no variant of the kernels for this processor"
#endif

enum { COUNT = sizeof variants / sizeof *variants };

// What a bound function knows.
struct binding {
  const struct variant *variant;
  float *arena;
};

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static napi_value call_run(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void *data;
  int32_t program;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, &data) != napi_ok || count < 1 ||
      napi_get_value_int32(env, argument, &program) != napi_ok)
    return fail(env, "run: a program's word is needed");
  const struct binding *binding = data;
  binding->variant->run(binding->arena, program);
  return NULL;
}

static void release(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  free(data);
}

static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 2, length, bytes;
  napi_value arguments[2], function;
  char name[16];
  napi_typedarray_type type;
  void *arena;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 2 ||
      napi_get_value_string_utf8(env, arguments[0], name, sizeof name, &length) != napi_ok ||
      napi_get_typedarray_info(env, arguments[1], &type, &bytes, &arena, NULL, NULL) != napi_ok)
    return fail(env, "bind: a variant's name and a Uint8Array are needed");
  if ((uintptr_t)arena % 64 != 0) return fail(env, "bind: the arena must start on 64 bytes");
  for (size_t i = 0; i < COUNT; i++) {
    if (strcmp(name, variants[i].name) != 0) continue;
    if (!variants[i].supported()) return fail(env, "bind: this processor can't run this variant");
    struct binding *binding = malloc(sizeof *binding);
    if (!binding) return fail(env, "bind: no memory");
    *binding = (struct binding){&variants[i], arena};
    if (napi_create_function(env, "run", NAPI_AUTO_LENGTH, call_run, binding, &function) != napi_ok) {
      free(binding);
      return fail(env, "bind: no function could be made");
    }
    if (napi_add_finalizer(env, function, binding, release, NULL, NULL) != napi_ok)
      return fail(env, "bind: no finalizer could be set");
    return function;
  }
  return fail(env, "bind: there is no such variant");
}

static napi_value misalignment(napi_env env, napi_callback_info info) {
  size_t count = 1, bytes;
  napi_value argument, result;
  void *data;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_arraybuffer_info(env, argument, &data, &bytes) != napi_ok ||
      napi_create_uint32(env, (uint32_t)((uintptr_t)data % 64), &result) != napi_ok)
    return fail(env, "misalignment: an ArrayBuffer is needed");
  return result;
}

static napi_value list_variants(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value list, name;
  uint32_t length = 0;
  if (napi_create_array(env, &list) != napi_ok) return fail(env, "variants: no array could be made");
  for (size_t i = 0; i < COUNT; i++) {
    if (!variants[i].supported()) continue;
    if (napi_create_string_utf8(env, variants[i].name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_set_element(env, list, length++, name) != napi_ok)
      return fail(env, "variants: no name could be made");
  }
  return list;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor properties[] = {
      {"variants", NULL, list_variants, NULL, NULL, NULL, napi_enumerable, NULL},
      {"misalignment", NULL, misalignment, NULL, NULL, NULL, napi_enumerable, NULL},
      {"bind", NULL, bind, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value beside;
  if (napi_create_string_utf8(env, BUILT_BESIDE, NAPI_AUTO_LENGTH, &beside) != napi_ok ||
      napi_set_named_property(env, exports, "builtBeside", beside) != napi_ok ||
      napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties) != napi_ok)
    return fail(env, "the native kernels' exports could not be made");
  return exports;
}

/*
 * Classifies a picture with a bundle of flavour `library`, from C, through the standard C API for WebAssembly:
 *
 *     classify CLASSIFIER.wasm PICTURE.rgb [TIMESTEPS] [--layers] [--measure]
 *
 * How to compile it is in ../README.md, which documents the interface of the bundle too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#ifdef SNNWASM_SYSTEM_WASM_H
#include <wasm.h>
#else
#include "wasm_c_api.h"
#endif

#define ABI 1
#define TOP 5

/* The instance: names and functions of its exports, in one order, and its memory. */
static wasm_exporttype_vec_t names;
static wasm_extern_vec_t exports;
static wasm_memory_t *memory;

static void fail(const char *what, const char *name) {
  fprintf(stderr, "classify: %s%s\n", what, name);
  exit(1);
}

/* Reads a whole file. */
static wasm_byte_vec_t read_file(const char *path) {
  wasm_byte_vec_t bytes = {0, NULL};
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("cannot read ", path);
  long size = ftell(file);
  rewind(file);
  if (size <= 0 || (bytes.data = malloc((size_t)size)) == NULL) fail("cannot read ", path);
  bytes.size = fread(bytes.data, 1, (size_t)size, file);
  fclose(file);
  if (bytes.size != (size_t)size) fail("cannot read ", path);
  return bytes;
}

static wasm_extern_t *find(const char *name) {
  for (size_t index = 0; index < names.size; index++) {
    const wasm_byte_vec_t *candidate = wasm_exporttype_name(names.data[index]);
    int same = candidate->size == strlen(name) && memcmp(candidate->data, name, candidate->size) == 0;
    if (same) return exports.data[index];
  }
  fail("the module is no bundle of flavour library: it does not export ", name);
  return NULL;
}

/* Calls an export with at most one argument. */
static wasm_val_t call(const char *name, int arguments, int32_t argument) {
  wasm_val_t values[1] = {{.kind = WASM_I32, .of = {.i32 = argument}}};
  wasm_val_t results[1] = {{.kind = WASM_I32, .of = {.i32 = 0}}};
  wasm_val_vec_t in = {(size_t)arguments, values};
  wasm_val_vec_t out = {1, results};
  wasm_func_t *function = wasm_extern_as_func(find(name));
  if (function == NULL || wasm_func_call(function, &in, &out) != NULL) fail("a call failed: ", name);
  return results[0];
}

static int32_t integer(const char *name) { return call(name, 0, 0).of.i32; }
static double number(const char *name) { return call(name, 0, 0).of.f64; }
static double number_of(const char *name, int32_t index) { return call(name, 1, index).of.f64; }

/* What an address in the bundle's memory is here. */
static char *at(int32_t pointer) {
  if (pointer <= 0 || (size_t)pointer >= wasm_memory_data_size(memory)) fail("the bundle gave no address", "");
  return wasm_memory_data(memory) + pointer;
}

static const char *text(const char *name, int32_t index) { return at(call(name, 1, index).of.i32); }

static void load(const char *path) {
  wasm_byte_vec_t bytes = read_file(path);
  wasm_store_t *store = wasm_store_new(wasm_engine_new());
  wasm_module_t *module = wasm_module_new(store, &bytes);
  wasm_extern_vec_t imports = {0, NULL};
  wasm_trap_t *trap = NULL;
  free(bytes.data);
  if (module == NULL) fail("no WebAssembly that this engine runs: ", path);
  wasm_instance_t *instance = wasm_instance_new(store, module, &imports, &trap);
  if (instance == NULL) fail("the module needs imports, so it is no bundle of flavour library: ", path);
  wasm_module_exports(module, &names);
  wasm_instance_exports(instance, &exports);
  memory = wasm_extern_as_memory(find("memory"));
  if (memory == NULL || integer("snnwasm_abi") != ABI) fail("another version of the interface: ", path);
}

static void run(const wasm_byte_vec_t *picture, int32_t timesteps) {
  memcpy(at(integer("snnwasm_input")), picture->data, picture->size);
  int32_t status = call("snnwasm_run", 1, timesteps).of.i32;
  if (status == -3) fail("so many timesteps could overflow a membrane: ask for fewer", "");
  if (status < 0) fail("the number of timesteps is out of range", "");
}

static void print_answer(void) {
  uint32_t ranking[TOP];
  int32_t classes = integer("snnwasm_classes");
  int32_t shown = classes < TOP ? classes : TOP;
  memcpy(ranking, at(integer("snnwasm_ranking")), sizeof(uint32_t) * (size_t)shown);
  for (int32_t place = 0; place < shown; place++) {
    int32_t index = (int32_t)ranking[place];
    printf("%s: %.3f [%.3f, %.3f]\n", text("snnwasm_label", index), number_of("snnwasm_rate", index),
           number_of("snnwasm_lower", index), number_of("snnwasm_upper", index));
  }
  printf("%d timesteps, %.0f spikes, %.0f synaptic operations, %.3f mJ\n", integer("snnwasm_timesteps"),
         number("snnwasm_spikes"), number("snnwasm_operations"), number("snnwasm_energy"));
}

static void print_layers(void) {
  for (int32_t layer = 0; layer < integer("snnwasm_layers"); layer++) {
    printf("%s: %.0f spikes\n", text("snnwasm_layer_name", layer), number_of("snnwasm_layer_spikes", layer));
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void measure(const wasm_byte_vec_t *picture, int32_t timesteps, double startup) {
  double times[5];
  struct rusage usage;
  for (int turn = 0; turn < 5; turn++) {
    double began = now();
    run(picture, timesteps);
    times[turn] = now() - began;
  }
  qsort(times, 5, sizeof(double), ascending);
  getrusage(RUSAGE_SELF, &usage);
  printf("%.0f ms to start, %.0f ms an answer, %.0f MiB at most\n", startup, times[2], (double)usage.ru_maxrss / 1024);
}

int main(int count, char **words) {
  if (count < 3) fail("usage: classify CLASSIFIER.wasm PICTURE.rgb [TIMESTEPS] [--layers] [--measure]", "");
  int32_t timesteps = 0;
  int layers = 0, measuring = 0;
  for (int index = 3; index < count; index++) {
    if (strcmp(words[index], "--layers") == 0) layers = 1;
    else if (strcmp(words[index], "--measure") == 0) measuring = 1;
    else if ((timesteps = atoi(words[index])) <= 0) fail("there is no option ", words[index]);
  }
  double began = now();
  load(words[1]);
  double startup = now() - began;
  wasm_byte_vec_t picture = read_file(words[2]);
  if (picture.size != (size_t)(3 * integer("snnwasm_width") * integer("snnwasm_height"))) {
    fail("the picture is not raw RGB of the network's size: ", words[2]);
  }
  run(&picture, timesteps);
  print_answer();
  if (layers) print_layers();
  if (measuring) measure(&picture, timesteps, startup);
  return 0;
}

// Reading an HDF5 file of unknown origin in a child process. The library is not hardened against
// damaged files: it may crash or loop, and must then take nothing but the child with it. The child
// runs only C, so that no lock of the Swift runtime can be held over the fork.
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/// Bytes that a child may map on top of what is mapped already, and processor seconds.
typedef struct {
  uint64_t memory;
  uint64_t seconds;
} modgap_limits;

static inline void modgap_limit_child(modgap_limits limits) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  struct rlimit seconds = {limits.seconds, limits.seconds + 1};
  setrlimit(RLIMIT_CPU, &seconds);
  char text[64] = {0};
  int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (statm < 0) return;
  if (read(statm, text, sizeof text - 1) > 0) {
    uint64_t bytes = strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) + limits.memory;
    struct rlimit memory = {bytes, bytes};
    setrlimit(RLIMIT_AS, &memory);
  }
  close(statm);
}

static inline void modgap_settle_child(pid_t parent) {
  static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU};
  static const int asked[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], SIG_DFL);
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) signal(asked[i], SIG_IGN);
  sigset_t nothing;
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  int null = open("/dev/null", O_RDWR);
  if (null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
}

/// Runs `task` in a child. Gives 0 once it has ended by itself, the number of the signal that
/// killed it, or a negative errno where no child could be made.
static inline int modgap_run_in_child(void (*task)(void *), void *context, modgap_limits limits) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    modgap_settle_child(parent);
    modgap_limit_child(limits);
    task(context);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WEXITSTATUS(status) == 0 ? 0 : SIGABRT;
}

// MARK: - What the child finds

enum {
  MODGAP_H5_UNFINISHED = 0,
  MODGAP_H5_DATASET = 1,
  MODGAP_H5_GROUP = 2,
  MODGAP_H5_MISSING = 3,
  MODGAP_H5_NOT_HDF5 = 4,
  MODGAP_H5_UNREADABLE = 5,
  MODGAP_H5_READ = 6,
  MODGAP_H5_ELSEWHERE = 7,
};

enum { MODGAP_H5_OTHER = 0, MODGAP_H5_REAL = 1, MODGAP_H5_INTEGER = 2 };

/// The bits of a float that stands for a number other than zero that float has as zero: a NaN that no
/// number of the file becomes.
enum { MODGAP_H5_VANISHED = 0x7FC05A11 };

typedef struct {
  const char *path;
  const char *object;
  float *values;
  uint64_t count;
  /// One more than the place of the first finite number that float has as infinite; 0 where there is none.
  uint64_t beyond;
  double beyond_value;
  /// How many values are MODGAP_H5_VANISHED.
  uint64_t vanished;
  /// How many lost digits because they lie below float's least normal number.
  uint64_t subnormal;

  int32_t outcome;
  int32_t number;
  int32_t is_chunked;
  int32_t is_elsewhere;
  int32_t rank;
  uint64_t item_bytes;
  uint64_t chunk_bytes;
  uint64_t dims[H5S_MAX_RANK];
  uint64_t storage;
  uint64_t offset;
  int32_t names_truncated;
  uint32_t names_bytes;
  /// For each dataset `*` (numbers of rank 2 or more) or `-`, its path, and a zero byte.
  char *names;
  uint32_t names_capacity;
  char message[512];
} modgap_h5_report;

/// Copies the innermost description of HDF5's error stack, at most `size` bytes with its zero.
typedef struct {
  char *text;
  size_t size;
} modgap_h5_note;

static inline herr_t modgap_h5_note_error(unsigned n, const H5E_error2_t *error, void *context) {
  modgap_h5_note *note = (modgap_h5_note *)context;
  if (note->size > 1 && note->text[0] == 0 && error->desc) strncpy(note->text, error->desc, note->size - 1);
  return 0;
}

static inline void modgap_h5_last_error(char *text, size_t size) {
  modgap_h5_note note = {text, size};
  memset(text, 0, size);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, modgap_h5_note_error, &note);
}

static inline int32_t modgap_h5_number_class(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT: return MODGAP_H5_REAL;
    case H5T_INTEGER: return MODGAP_H5_INTEGER;
    default: return MODGAP_H5_OTHER;
  }
}

/// Whether the values lie in other files. To ask a virtual dataset for its shape opens them, so this comes first.
static inline int modgap_h5_is_elsewhere(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return 1;
  const int found = H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) != 0;
  H5Pclose(creation);
  return found;
}

static inline int modgap_h5_is_matrix(hid_t file, const char *name) {
  hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  if (dataset < 0) return 0;
  if (modgap_h5_is_elsewhere(dataset)) {
    H5Dclose(dataset);
    return 0;
  }
  hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  int found = space >= 0 && type >= 0 && H5Sget_simple_extent_ndims(space) >= 2 &&
              modgap_h5_number_class(type) != MODGAP_H5_OTHER;
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  H5Dclose(dataset);
  return found;
}

static inline herr_t modgap_h5_list_one(
    hid_t file, const char *name, const H5O_info_t *info, void *context) {
  modgap_h5_report *report = (modgap_h5_report *)context;
  if (info->type != H5O_TYPE_DATASET) return 0;
  size_t length = strlen(name);
  if (report->names_bytes + length + 2 > report->names_capacity) {
    report->names_truncated = 1;
    return 1;
  }
  char *place = report->names + report->names_bytes;
  place[0] = modgap_h5_is_matrix(file, name) ? '*' : '-';
  memcpy(place + 1, name, length + 1);
  report->names_bytes += (uint32_t)length + 2;
  return 0;
}

/// Links into other files are not followed: the cache key holds the digest of this file alone.
static inline herr_t modgap_h5_stay_inside(
    const char *parent_file, const char *parent_group, const char *child_file,
    const char *child_object, unsigned *flags, hid_t access, void *context) {
  return -1;
}

static inline hid_t modgap_h5_inside(void) {
  hid_t access = H5Pcreate(H5P_LINK_ACCESS);
  H5Pset_elink_cb(access, modgap_h5_stay_inside, NULL);
  return access;
}

static inline hid_t modgap_h5_open_object(hid_t file, modgap_h5_report *report) {
  hid_t access = modgap_h5_inside();
  hid_t object = H5Oopen(file, report->object, access);
  if (object < 0) modgap_h5_last_error(report->message, sizeof report->message);
  H5Pclose(access);
  return object;
}

/// Whether a link on the way to the name leads into another file.
static inline int modgap_h5_leads_elsewhere(hid_t file, const char *name) {
  char part[4096];
  const size_t length = strlen(name);
  if (length >= sizeof part) return 0;
  for (size_t end = 1; end < length; end++) {
    H5L_info_t link;
    if (name[end] != '/') continue;
    memcpy(part, name, end);
    part[end] = 0;
    if (H5Lget_info(file, part, &link, H5P_DEFAULT) < 0) return 0;
    if (link.type == H5L_TYPE_EXTERNAL) return 1;
  }
  return 0;
}

/// Says why an object did not open: it is not there, it is in another file, or it cannot be read.
static inline int32_t modgap_h5_why_closed(hid_t file, const char *name) {
  H5L_info_t link;
  // The way to the name may lead through other files, too.
  const hid_t access = modgap_h5_inside();
  const htri_t exists = H5Lexists(file, name, access);
  if (exists < 0) return modgap_h5_leads_elsewhere(file, name) ? MODGAP_H5_ELSEWHERE : MODGAP_H5_MISSING;
  if (exists == 0) return MODGAP_H5_MISSING;
  if (H5Lget_info(file, name, &link, access) < 0) return MODGAP_H5_UNREADABLE;
  return link.type == H5L_TYPE_EXTERNAL ? MODGAP_H5_ELSEWHERE : MODGAP_H5_UNREADABLE;
}

static inline hid_t modgap_h5_open_file(modgap_h5_report *report) {
  H5PLset_loading_state(0);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_file_locking(access, 0, 1);
  hid_t file = H5Fopen(report->path, H5F_ACC_RDONLY, access);
  if (file < 0) {
    modgap_h5_last_error(report->message, sizeof report->message);
    report->outcome = H5Fis_hdf5(report->path) > 0 ? MODGAP_H5_UNREADABLE : MODGAP_H5_NOT_HDF5;
  }
  return file;
}

static inline void modgap_h5_describe_layout(hid_t dataset, modgap_h5_report *report) {
  hid_t creation = H5Dget_create_plist(dataset);
  H5D_layout_t layout = H5Pget_layout(creation);
  report->is_chunked = layout == H5D_CHUNKED;
  report->is_elsewhere = layout == H5D_VIRTUAL || H5Pget_external_count(creation) > 0;
  report->offset = layout == H5D_CONTIGUOUS ? H5Dget_offset(dataset) : 0;
  report->chunk_bytes = 0;
  if (report->is_chunked) {
    hsize_t sides[H5S_MAX_RANK] = {0};
    int rank = H5Pget_chunk(creation, H5S_MAX_RANK, sides);
    report->chunk_bytes = report->item_bytes;
    for (int i = 0; i < rank; i++) {
      if (__builtin_mul_overflow(report->chunk_bytes, (uint64_t)sides[i], &report->chunk_bytes)) {
        report->chunk_bytes = UINT64_MAX;
      }
    }
  }
  H5Pclose(creation);
}

static inline int modgap_h5_describe_dataset(hid_t dataset, modgap_h5_report *report) {
  if (modgap_h5_is_elsewhere(dataset)) {
    report->outcome = MODGAP_H5_ELSEWHERE;
    return 0;
  }
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  if (type < 0 || space < 0) return -1;
  report->number = modgap_h5_number_class(type);
  report->item_bytes = H5Tget_size(type);
  hsize_t dims[H5S_MAX_RANK] = {0};
  int is_simple = H5Sget_simple_extent_type(space) == H5S_SIMPLE;
  report->rank = is_simple ? H5Sget_simple_extent_dims(space, dims, NULL) : 0;
  if (report->rank < 0) return -1;
  for (int i = 0; i < report->rank; i++) report->dims[i] = dims[i];
  report->storage = H5Dget_storage_size(dataset);
  modgap_h5_describe_layout(dataset, report);
  return 0;
}

static inline void modgap_h5_inspect_task(void *context) {
  modgap_h5_report *report = (modgap_h5_report *)context;
  hid_t file = modgap_h5_open_file(report);
  if (file < 0) return;
  // What cannot be visited to the end may hold more than is listed.
  if (report->names_capacity > 0 &&
      H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, modgap_h5_list_one, report) < 0) {
    report->names_truncated = 1;
  }
  hid_t object = modgap_h5_open_object(file, report);
  if (object < 0) {
    report->outcome = modgap_h5_why_closed(file, report->object);
    return;
  }
  H5I_type_t type = H5Iget_type(object);
  if (type == H5I_GROUP) {
    report->outcome = MODGAP_H5_GROUP;
  } else if (type == H5I_DATASET && modgap_h5_describe_dataset(object, report) == 0) {
    if (report->outcome == MODGAP_H5_UNFINISHED) report->outcome = MODGAP_H5_DATASET;
  } else {
    report->outcome = MODGAP_H5_UNREADABLE;
  }
}

/// Makes floats of doubles, and notes which of them float does not hold.
static inline void modgap_h5_narrow(const double *wide, modgap_h5_report *report) {
  const uint32_t marked = MODGAP_H5_VANISHED, quiet = 0x7FC00000;
  for (uint64_t i = 0; i < report->count; i++) {
    const double value = wide[i];
    float *narrow = report->values + i;
    *narrow = (float)value;
    if (value != value) {
      memcpy(narrow, &quiet, sizeof quiet);
    } else if (*narrow == 0 && value != 0) {
      memcpy(narrow, &marked, sizeof marked);
      report->vanished++;
    } else if (fpclassify(*narrow) == FP_SUBNORMAL) {
      if ((double)*narrow != value) report->subnormal++;
    } else if (isinf(*narrow) && !isinf(value) && report->beyond == 0) {
      report->beyond = i + 1;
      report->beyond_value = value;
    }
  }
}

/// Reads all numbers as float; those of a wider type through double, where there is memory for it.
static inline herr_t modgap_h5_read_numbers(hid_t dataset, modgap_h5_report *report) {
  hid_t type = H5Dget_type(dataset);
  const int is_wide = type >= 0 && H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) > sizeof(float);
  double *wide = is_wide && report->count <= SIZE_MAX / sizeof(double)
      ? (double *)malloc((size_t)report->count * sizeof(double)) : NULL;
  if (wide == NULL) return H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, report->values);
  const herr_t status = H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, wide);
  if (status >= 0) modgap_h5_narrow(wide, report);
  free(wide);
  return status;
}

/// Fills `report->values` by `read`, where the dataset is what it was when the file was looked at.
static inline void modgap_h5_fill(
    modgap_h5_report *report, herr_t (*read)(hid_t dataset, modgap_h5_report *report)) {
  hid_t file = modgap_h5_open_file(report);
  if (file < 0) return;
  hid_t dataset = modgap_h5_open_object(file, report);
  report->outcome = MODGAP_H5_ELSEWHERE;
  if (dataset >= 0 && modgap_h5_is_elsewhere(dataset)) return;
  hid_t space = H5Dget_space(dataset);
  report->outcome = MODGAP_H5_UNREADABLE;
  if (space >= 0 && (uint64_t)H5Sget_simple_extent_npoints(space) == report->count && read(dataset, report) >= 0) {
    report->outcome = MODGAP_H5_READ;
  } else {
    modgap_h5_last_error(report->message, sizeof report->message);
  }
}

static inline void modgap_h5_read_task(void *context) {
  modgap_h5_fill((modgap_h5_report *)context, modgap_h5_read_numbers);
}

static inline herr_t modgap_h5_read_as_doubles(hid_t dataset, modgap_h5_report *report) {
  return H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, report->values);
}

static inline void modgap_h5_read_doubles_task(void *context) {
  modgap_h5_fill((modgap_h5_report *)context, modgap_h5_read_as_doubles);
}

/// Reads `report->count` numbers as double into the memory at `report->values`, which has room for them.
static inline int modgap_h5_read_doubles(modgap_h5_report *report, modgap_limits limits) {
  return modgap_run_in_child(modgap_h5_read_doubles_task, report, limits);
}

/// Fills in what `report->object` is and which datasets the file has.
static inline int modgap_h5_inspect(modgap_h5_report *report, modgap_limits limits) {
  return modgap_run_in_child(modgap_h5_inspect_task, report, limits);
}

/// Reads `report->count` numbers as float into `report->values`, which both processes must share.
static inline int modgap_h5_read(modgap_h5_report *report, modgap_limits limits) {
  return modgap_run_in_child(modgap_h5_read_task, report, limits);
}

// Taking an HDF5 file of a store apart in a child process. Stores are shared and downloaded, and a file that the
// library stumbles over must take nothing but the child with it. The child opens the bytes in memory, so that there
// is no second file to be led to, and writes all that it finds into memory that it shares with the program: every
// object that hard links lead to, as it is stored, and nothing else. Values that lie elsewhere (external storage,
// virtual data sets, links into other files) are named and not read; so are chunks, which filters may blow up.
#include <stddef.h>

enum {
  MODGAP_H5_ENTRY_GROUP = 1,
  MODGAP_H5_ENTRY_FLOATS = 2,
  MODGAP_H5_ENTRY_DOUBLES = 3,
  MODGAP_H5_ENTRY_INTEGERS = 4,
  MODGAP_H5_ENTRY_TEXTS = 5,
  /// The payload is the path that a link within the file leads to.
  MODGAP_H5_ENTRY_LINK = 6,
  /// The payload is what it is, in words, that was not read.
  MODGAP_H5_ENTRY_REFUSED = 7,
  MODGAP_H5_ENTRY_INTEGER_ATTRIBUTE = 8,
  MODGAP_H5_ENTRY_TEXT_ATTRIBUTE = 9,
  /// The payload is the file and the path in it that a link into another file names; nobody goes there.
  MODGAP_H5_ENTRY_ELSEWHERE = 10,
};

enum {
  MODGAP_H5_IMAGE_UNFINISHED = 0,
  MODGAP_H5_IMAGE_DONE = 1,
  MODGAP_H5_IMAGE_UNREADABLE = 2,
  MODGAP_H5_IMAGE_TOO_LARGE = 3,
};

/// What an entry begins with; its path and its payload follow, each filled up to eight bytes.
typedef struct {
  uint32_t kind;
  uint32_t path_bytes;
  uint64_t rank;
  uint64_t sides[2];
  uint64_t payload_bytes;
} modgap_h5_entry;

typedef struct {
  const void *image;
  uint64_t image_bytes;
  uint8_t *entries;
  uint64_t capacity;
  uint64_t used;
  uint32_t outcome;
  char message[512];
} modgap_h5_image;

enum { MODGAP_H5_DEEPEST = 6, MODGAP_H5_LONGEST_PATH = 4096 };

typedef struct {
  modgap_h5_image *image;
  const char *path;
  int depth;
} modgap_h5_visit;

static inline herr_t modgap_h5_give_up(modgap_h5_image *image, uint32_t outcome, const char *message) {
  if (image->outcome == MODGAP_H5_IMAGE_UNFINISHED) {
    image->outcome = outcome;
    strncpy(image->message, message, sizeof image->message - 1);
  }
  return -1;
}

static inline uint64_t modgap_h5_padded(uint64_t bytes) { return (bytes + 7) / 8 * 8; }

/// Adds an entry with room for its payload, and gives the place of the payload; NULL where there is none left.
static inline void *modgap_h5_add(
    modgap_h5_image *image, uint32_t kind, const char *path, uint64_t rank, const hsize_t *sides,
    uint64_t payload_bytes) {
  const uint64_t path_bytes = strlen(path), left = image->capacity - image->used;
  if (payload_bytes > left || sizeof(modgap_h5_entry) + path_bytes + 32 > left - payload_bytes) {
    modgap_h5_give_up(image, MODGAP_H5_IMAGE_TOO_LARGE, "it claims to hold more than its bytes can");
    return NULL;
  }
  modgap_h5_entry entry = {kind, (uint32_t)path_bytes, rank, {0, 0}, payload_bytes};
  for (uint64_t i = 0; i < rank && i < 2; i++) entry.sides[i] = sides[i];
  uint8_t *place = image->entries + image->used;
  memcpy(place, &entry, sizeof entry);
  memcpy(place + sizeof entry, path, path_bytes);
  image->used += sizeof entry + modgap_h5_padded(path_bytes) + modgap_h5_padded(payload_bytes);
  return place + sizeof entry + modgap_h5_padded(path_bytes);
}

static inline herr_t modgap_h5_add_text(modgap_h5_image *image, uint32_t kind, const char *path, const char *text) {
  void *place = modgap_h5_add(image, kind, path, 0, NULL, strlen(text));
  if (place == NULL) return -1;
  memcpy(place, text, strlen(text));
  return 0;
}

/// Which entry a type's values make, and the type in memory; 0 where they are not read.
static inline uint32_t modgap_h5_entry_kind(hid_t type, hid_t *memory) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      *memory = size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
      return size == 4 ? MODGAP_H5_ENTRY_FLOATS : size == 8 ? MODGAP_H5_ENTRY_DOUBLES : 0;
    case H5T_INTEGER:
      *memory = H5T_NATIVE_INT64;
      return size < 8 || (size == 8 && H5Tget_sign(type) == H5T_SGN_2) ? MODGAP_H5_ENTRY_INTEGERS : 0;
    case H5T_STRING: return H5Tis_variable_str(type) > 0 ? MODGAP_H5_ENTRY_TEXTS : 0;
    default: return 0;
  }
}

/// Texts one behind the other, each with its zero byte.
static inline herr_t modgap_h5_add_texts(
    modgap_h5_image *image, hid_t dataset, const char *path, uint64_t rank, const hsize_t *sides, uint64_t count) {
  if (count > (image->capacity - image->used) / sizeof(char *)) {
    return modgap_h5_give_up(image, MODGAP_H5_IMAGE_TOO_LARGE, "it claims to hold more than its bytes can");
  }
  char **texts = (char **)calloc(count + 1, sizeof(char *));
  hid_t type = H5Dget_type(dataset), memory = H5Tcopy(H5T_C_S1);
  H5Tset_size(memory, H5T_VARIABLE);
  H5Tset_cset(memory, H5Tget_cset(type));
  const int is_read =
      texts != NULL && (count == 0 || H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
  H5Tclose(memory);
  H5Tclose(type);
  if (!is_read) {
    return modgap_h5_give_up(image, MODGAP_H5_IMAGE_UNREADABLE, "a text of it cannot be read");
  }
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < count; i++) bytes += (texts[i] ? strlen(texts[i]) : 0) + 1;
  char *place = (char *)modgap_h5_add(image, MODGAP_H5_ENTRY_TEXTS, path, rank, sides, bytes);
  if (place == NULL) return -1;
  for (uint64_t i = 0; i < count; i++) {
    const size_t length = texts[i] ? strlen(texts[i]) : 0;
    if (length > 0) memcpy(place, texts[i], length);
    place[length] = 0;
    place += length + 1;
  }
  return 0;
}

static inline herr_t modgap_h5_add_typed_values(
    modgap_h5_image *image, hid_t dataset, const char *path, hid_t type, hid_t space) {
  hid_t memory = -1;
  const uint32_t kind = modgap_h5_entry_kind(type, &memory);
  const int rank = H5Sget_simple_extent_ndims(space);
  hsize_t sides[H5S_MAX_RANK] = {0};
  if (kind == 0 || rank < 0 || rank > 2 || H5Sget_simple_extent_type(space) == H5S_NULL) {
    return modgap_h5_add_text(image, MODGAP_H5_ENTRY_REFUSED, path, "is of a type or a rank that is not written here");
  }
  H5Sget_simple_extent_dims(space, sides, NULL);
  uint64_t count = 1, bytes = 0;
  for (int i = 0; i < rank; i++) {
    if (__builtin_mul_overflow(count, (uint64_t)sides[i], &count)) count = UINT64_MAX;
  }
  if (kind == MODGAP_H5_ENTRY_TEXTS) return modgap_h5_add_texts(image, dataset, path, (uint64_t)rank, sides, count);
  if (__builtin_mul_overflow(count, kind == MODGAP_H5_ENTRY_FLOATS ? 4u : 8u, &bytes)) bytes = UINT64_MAX;
  void *place = modgap_h5_add(image, kind, path, (uint64_t)rank, sides, bytes);
  if (place == NULL) return -1;
  if (bytes > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, place) < 0) {
    modgap_h5_last_error(image->message, sizeof image->message);
    return modgap_h5_give_up(image, MODGAP_H5_IMAGE_UNREADABLE, image->message);
  }
  return 0;
}

static inline herr_t modgap_h5_add_values(modgap_h5_image *image, hid_t dataset, const char *path) {
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const herr_t status = type < 0 || space < 0
      ? modgap_h5_give_up(image, MODGAP_H5_IMAGE_UNREADABLE, "a shape of it is damaged")
      : modgap_h5_add_typed_values(image, dataset, path, type, space);
  // The library looks through all that is open, at every step.
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  return status;
}

/// Where the values lie is asked first: to ask a virtual data set for its shape opens other files.
static inline herr_t modgap_h5_add_dataset(modgap_h5_image *image, hid_t dataset, const char *path) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return modgap_h5_give_up(image, MODGAP_H5_IMAGE_UNREADABLE, "a layout of it is damaged");
  const H5D_layout_t layout = H5Pget_layout(creation);
  const char *objection = NULL;
  if (H5Pget_external_count(creation) != 0 || layout == H5D_VIRTUAL) objection = "keeps its values in other files";
  else if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) objection = "is in chunks, which are not written here";
  H5Pclose(creation);
  if (objection != NULL) return modgap_h5_add_text(image, MODGAP_H5_ENTRY_REFUSED, path, objection);
  return modgap_h5_add_values(image, dataset, path);
}

static inline herr_t modgap_h5_add_attribute_value(modgap_h5_image *image, hid_t attribute, hid_t type, const char *path) {
  hid_t memory = -1;
  const uint32_t kind = modgap_h5_entry_kind(type, &memory);
  if (kind == MODGAP_H5_ENTRY_INTEGERS) {
    void *place = modgap_h5_add(image, MODGAP_H5_ENTRY_INTEGER_ATTRIBUTE, path, 0, NULL, 8);
    if (place == NULL || H5Aread(attribute, memory, place) < 0) return -1;
  } else if (kind == MODGAP_H5_ENTRY_TEXTS) {
    char *text = NULL;
    if (H5Aread(attribute, type, &text) < 0) return -1;
    return modgap_h5_add_text(image, MODGAP_H5_ENTRY_TEXT_ATTRIBUTE, path, text ? text : "");
  }
  return 0;
}

static inline herr_t modgap_h5_add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
  modgap_h5_visit *visit = (modgap_h5_visit *)context;
  char path[MODGAP_H5_LONGEST_PATH];
  if (snprintf(path, sizeof path, "%s/%s", visit->path, name) >= (int)sizeof path) return 0;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return 0;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  herr_t status = 0;
  if (type >= 0 && space >= 0 && H5Sget_simple_extent_type(space) == H5S_SCALAR) {
    status = modgap_h5_add_attribute_value(visit->image, attribute, type, path);
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

static inline herr_t modgap_h5_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context);

static inline herr_t modgap_h5_visit_object(modgap_h5_image *image, hid_t object, const char *path, int depth) {
  modgap_h5_visit visit = {image, path, depth};
  switch (H5Iget_type(object)) {
    case H5I_DATASET: {
      if (modgap_h5_add_dataset(image, object, path) < 0) return -1;
      break;
    }
    case H5I_GROUP: {
      if (depth > MODGAP_H5_DEEPEST) return modgap_h5_give_up(image, MODGAP_H5_IMAGE_UNREADABLE, "groups lie too deep");
      if (modgap_h5_add(image, MODGAP_H5_ENTRY_GROUP, path, 0, NULL, 0) == NULL) return -1;
      if (H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, NULL, modgap_h5_visit_link, &visit) < 0) return -1;
      break;
    }
    default: return modgap_h5_add_text(image, MODGAP_H5_ENTRY_REFUSED, path, "is no group and no dataset");
  }
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, modgap_h5_add_attribute, &visit);
}

/// Names where a link into another file leads.
static inline herr_t modgap_h5_add_elsewhere(
    modgap_h5_image *image, hid_t group, const char *name, const H5L_info_t *info, const char *path) {
  char value[2 * MODGAP_H5_LONGEST_PATH] = {0}, target[2 * MODGAP_H5_LONGEST_PATH + 8] = {0};
  const char *file = NULL, *object = NULL;
  if (info->u.val_size >= sizeof value || H5Lget_val(group, name, value, sizeof value - 1, H5P_DEFAULT) < 0 ||
      H5Lunpack_elink_val(value, info->u.val_size, NULL, &file, &object) < 0) {
    return modgap_h5_add_text(image, MODGAP_H5_ENTRY_REFUSED, path, "is a link that cannot be read");
  }
  snprintf(target, sizeof target, "%s: %s", file, object);
  return modgap_h5_add_text(image, MODGAP_H5_ENTRY_ELSEWHERE, path, target);
}

static inline herr_t modgap_h5_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  const modgap_h5_visit *above = (const modgap_h5_visit *)context;
  char path[MODGAP_H5_LONGEST_PATH];
  if (snprintf(path, sizeof path, "%s%s%s", above->path, above->path[0] ? "/" : "", name) >= (int)sizeof path) {
    return modgap_h5_give_up(above->image, MODGAP_H5_IMAGE_UNREADABLE, "a name of it is too long");
  }
  // To ask for the link by such a name would go through other links, and into the files that they name.
  if (info->type != H5L_TYPE_HARD && strchr(name, '/') != NULL) {
    return modgap_h5_add_text(above->image, MODGAP_H5_ENTRY_REFUSED, path, "is a link whose name holds a slash");
  }
  if (info->type == H5L_TYPE_SOFT) {
    char target[MODGAP_H5_LONGEST_PATH] = {0};
    const int is_read = info->u.val_size < sizeof target &&
        H5Lget_val(group, name, target, sizeof target - 1, H5P_DEFAULT) >= 0;
    return modgap_h5_add_text(
        above->image, is_read ? MODGAP_H5_ENTRY_LINK : MODGAP_H5_ENTRY_REFUSED, path,
        is_read ? target : "is a link that cannot be read");
  }
  if (info->type == H5L_TYPE_EXTERNAL) return modgap_h5_add_elsewhere(above->image, group, name, info, path);
  if (info->type != H5L_TYPE_HARD) {
    return modgap_h5_add_text(above->image, MODGAP_H5_ENTRY_REFUSED, path, "is a link that only its maker can follow");
  }
  // By its address: a name may hold a slash, and would be followed as a path, through other links.
  hid_t object = H5Oopen_by_addr(group, info->u.address);
  if (object < 0) return modgap_h5_give_up(above->image, MODGAP_H5_IMAGE_UNREADABLE, "an object of it cannot be opened");
  const herr_t status = modgap_h5_visit_object(above->image, object, path, above->depth + 1);
  H5Oclose(object);
  return status;
}

static inline void modgap_h5_image_task(void *context) {
  modgap_h5_image *image = (modgap_h5_image *)context;
  H5PLset_loading_state(0);
  // The bytes are read where they are, and never written to.
  hid_t file = H5LTopen_file_image(
      (void *)image->image, image->image_bytes, H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE);
  hid_t root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
  if (root >= 0 && modgap_h5_visit_object(image, root, "", 0) >= 0) {
    image->outcome = MODGAP_H5_IMAGE_DONE;
  } else if (image->outcome == MODGAP_H5_IMAGE_UNFINISHED) {
    modgap_h5_last_error(image->message, sizeof image->message);
    image->outcome = MODGAP_H5_IMAGE_UNREADABLE;
  }
}

/// Takes `image->image` apart into `image->entries`; `image` and its entries must be shared with children.
static inline int modgap_h5_take_apart(modgap_h5_image *image, modgap_limits limits) {
  return modgap_run_in_child(modgap_h5_image_task, image, limits);
}

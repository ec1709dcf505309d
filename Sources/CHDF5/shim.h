// HDF5's macros do not import into Swift; these functions give their values. The 1.10 interface is
// asked for, so that newer libraries offer the same functions.
#define H5_USE_110_API 1
#include <hdf5.h>
#include <hdf5_hl.h>
#include "quarantine.h"
#include "image.h"

static inline hid_t modgap_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t modgap_h5_whole(void) { return H5S_ALL; }
static inline hid_t modgap_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t modgap_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t modgap_h5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t modgap_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t modgap_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t modgap_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t modgap_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t modgap_h5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t modgap_h5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t modgap_h5_stored_int64(void) { return H5T_STD_I64LE; }
static inline unsigned modgap_h5_truncate(void) { return H5F_ACC_TRUNC; }

/// A new variable-length UTF-8 string type; the caller closes it.
static inline hid_t modgap_h5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type >= 0 && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

/// A new boolean type as h5py has it, an enumeration over int8; the caller closes it.
static inline hid_t modgap_h5_boolean_type(void) {
  const signed char no = 0, yes = 1;
  hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
  if (type >= 0 && (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0)) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

/// Stops HDF5 from printing its error stack; our own sentences say it.
static inline herr_t modgap_h5_silence(void) {
  if (H5open() < 0) return -1;
  return H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

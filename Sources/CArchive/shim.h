#include <archive.h>
#include <archive_entry.h>

/// The kinds of entries that are unpacked; the macros behind them do not import into Swift.
static inline int modgap_entry_is_file(struct archive_entry *entry) {
  return archive_entry_filetype(entry) == AE_IFREG;
}

static inline int modgap_entry_is_folder(struct archive_entry *entry) {
  return archive_entry_filetype(entry) == AE_IFDIR;
}

// OpenBLAS exports LAPACK's Fortran routines but ships no header for them.
#include <cblas.h>

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
             double *w, double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work,
             const int *lwork, int *iwork, int *info);

// The buffers of its threads; no header has them either.
void *blas_memory_alloc(int position);
void blas_memory_free(void *buffer);

//! Products of matrices of any strides: packed and register-tiled for floats,
//! blocked for other types, dot products and row sums for vectors.

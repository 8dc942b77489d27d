//! Requests through the whole dialect, signed as clients sign them.

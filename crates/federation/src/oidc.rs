//! ID tokens of OpenID Connect providers.

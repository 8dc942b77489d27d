//! Responses of SAML identity providers.

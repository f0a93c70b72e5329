//! The one TLS stack of the product: rustls on ring, with the roots that are linked in.

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// Makes a TLS configuration that trusts the roots that Mozilla's browsers trust. They are part of the program, so no
/// file is read and parsed.
///
/// # Errors
///
/// rustls and ring agree on no version of TLS, which no environment is known to cause.
pub fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

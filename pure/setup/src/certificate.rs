//! The names in the certificate that we show to a tenant's system: by one of them its connector knows us.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::extensions::GeneralName;

/// DNS names of the first certificate in `pem`, then its common name if that is another; lower case. Empty if there is none to read.
#[must_use]
pub fn certificate_names(pem: &str) -> Vec<String> {
    let first = CertificateDer::pem_slice_iter(pem.as_bytes()).find_map(Result::ok);
    let Some((_, certificate)) = first.as_ref().and_then(|der| x509_parser::parse_x509_certificate(der).ok())
    else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    if let Ok(Some(extension)) = certificate.subject_alternative_name() {
        for name in &extension.value.general_names {
            if let GeneralName::DNSName(name) = name {
                names.push(name.to_ascii_lowercase());
            }
        }
    }
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    for name in common.map(str::to_ascii_lowercase) {
        // A common name may be any words; only one that is a host name can stand on a connector.
        if name.contains('.') && !name.contains(' ') && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

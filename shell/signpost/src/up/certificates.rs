//! The certificates of a node: its listeners' faces from the configuration, its tenants' from what is published.

use crate::board::Board;
use crate::config::{ListenerFile, OperatorConfig};
use certificates::{FaceConfig, Keeper, KeeperConfig, Means, Surroundings, TenantCertificate};
use model::ListenerName;
use net::tls;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

pub(super) fn open(
    config: &OperatorConfig,
    data_dir: &Path,
    means: Means,
) -> Result<Arc<Keeper>, certificates::KeeperError> {
    let faces = config.listeners.iter().flat_map(faces).collect();
    let keeper = KeeperConfig { data_dir: data_dir.to_owned(), faces, acme: config.acme.clone() };
    Keeper::open(keeper, means).map(Arc::new)
}

fn faces(file: &ListenerFile) -> Vec<FaceConfig> {
    let face = |hostname: &str, is_further, wish: &certificates::Wish| FaceConfig {
        listener: file.name.clone(),
        hostname: hostname.to_owned(),
        is_further,
        wish: wish.clone(),
    };
    let further = file.further.iter().map(|further| face(&further.hostname, true, &further.certificate));
    std::iter::once(face(&file.hostname, false, &file.certificate)).chain(further).collect()
}

pub(super) fn surroundings(addresses: &[(ListenerName, SocketAddr)], board: Arc<Board>) -> Surroundings {
    Surroundings { listeners: addresses.to_vec(), tenants: Box::new(move || of_tenants(&board)) }
}

fn of_tenants(board: &Board) -> Vec<TenantCertificate> {
    let of = |snapshot: Arc<tenant::Snapshot>| {
        let certificate = snapshot.settings.egress.certificate.as_ref()?;
        let tenant = snapshot.settings.name.clone();
        let chain = tls::certificates(certificate.pem.reveal().as_bytes(), tenant.as_str());
        Some(TenantCertificate { tenant, chain })
    };
    board.tenants().all().into_iter().filter_map(of).collect()
}

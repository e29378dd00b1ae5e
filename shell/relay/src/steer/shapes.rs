//! What sites are and take, as the operator sets it; it may be set anew while the relay runs.

use dispatch::{Reach, Shape, Site, Sites};
use std::sync::{Arc, PoisonError, RwLock};

pub(super) struct Shapes(RwLock<Arc<Sites>>);

impl Shapes {
    pub(super) fn new(sites: Sites) -> Self {
        Self(RwLock::new(Arc::new(sites)))
    }

    pub(super) fn set(&self, sites: Arc<Sites>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = sites;
    }

    pub(super) fn get(&self) -> Arc<Sites> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The site of hosts in that relation to us. A tenant's own system is nobody's entry.
    pub(super) fn of<'a>(
        &self,
        hosts: impl IntoIterator<Item = &'a str> + Clone,
        reach: Reach,
    ) -> (Site, Shape) {
        let sites = self.get();
        let site = match reach {
            Reach::SmartHost => Site::of(hosts),
            Reach::Exchanger => sites.site_of(hosts),
        };
        let shape = sites.shape(&site, reach);
        (site, shape)
    }
}

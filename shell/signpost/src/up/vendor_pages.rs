//! What the console's pages show of other vendors: what the watch knows, and what our own mail met at them.

use crate::facts::Troubles;
use console::{VendorGlance, VendorMet, VendorShown, VendorSource};
use model::Timestamp;
use watch::{VendorLine, Vendors};

#[derive(Clone)]
pub(super) struct VendorPages {
    pub(super) vendors: Vendors,
    pub(super) troubles: Troubles,
}

impl VendorSource for VendorPages {
    fn now(&self) -> Timestamp {
        self.vendors.now()
    }

    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>)) {
        let now = self.now();
        self.vendors.each(|line, said, records| {
            let said = said.map(|said| (&said.document, said.at));
            let met = self.troubles.at(&line.providers, records, now).into_iter();
            let met: Vec<_> = met.map(|(trouble, admitted)| VendorMet { trouble, admitted }).collect();
            look(VendorShown { glance: &glance(line), said, records, met: &met, has_page: true });
        });
    }
}

fn glance(line: VendorLine) -> VendorGlance {
    VendorGlance {
        name: line.name,
        url: line.url,
        state: line.state,
        good: line.good,
        next: line.next,
        failures: line.failures,
        problem: line.problem,
    }
}

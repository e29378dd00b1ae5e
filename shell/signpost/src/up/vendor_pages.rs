//! What the console's pages show of other vendors, as the watch knows them.

use console::{VendorGlance, VendorShown, VendorSource};
use model::Timestamp;
use watch::{VendorLine, Vendors};

pub(super) struct VendorPages(pub(super) Vendors);

impl VendorSource for VendorPages {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn each(&self, look: &mut dyn FnMut(VendorShown<'_>)) {
        self.0.each(|line, said, records| {
            let said = said.map(|said| (&said.document, said.at));
            look(VendorShown { glance: &glance(line), said, records });
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

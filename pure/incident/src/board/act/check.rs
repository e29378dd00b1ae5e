//! What must hold before anything is done.

use super::{ActError, Board, TEXT_LEN_MAX};
use crate::Text;
use crate::component::ComponentId;
use crate::lint::Hidden;
use model::Timestamp;

impl Board {
    pub(super) fn check_components(&self, components: &[ComponentId]) -> Result<(), ActError> {
        let missing = components.iter().find(|id| self.component(id).is_none());
        missing.map_or(Ok(()), |id| Err(ActError::NoComponent(id.clone())))
    }

    pub(super) fn check_past(&self, at: Option<Timestamp>) -> Result<(), ActError> {
        let future = at.filter(|at| *at > self.now);
        future.map_or(Ok(()), |at| Err(ActError::Future(at)))
    }

    /// What a person says in public.
    pub(super) fn check_text(&self, text: &Text) -> Result<(), ActError> {
        if text.is_blank() {
            return Err(ActError::Blank);
        }
        let length = text.en.len().max(text.de.len());
        if length > TEXT_LEN_MAX {
            return Err(ActError::TextLength(length));
        }
        self.hidden().find(text).map_or(Ok(()), |exposed| Err(ActError::Exposed(exposed)))
    }

    fn hidden(&self) -> Hidden {
        let sources = self.sources.names().map(ToString::to_string);
        Hidden::new(self.private_names().chain(sources), &self.components)
    }

    /// Names of tenants and of what is theirs, which no public text may have, a quoted one included.
    #[must_use]
    pub fn hidden_names(&self) -> Hidden {
        Hidden::new(self.private_names(), &self.components)
    }

    fn private_names(&self) -> impl Iterator<Item = String> {
        let incidents = self.incidents.values();
        let tenants = incidents.flat_map(|one| one.harm.tenants.iter().map(ToString::to_string));
        self.private.iter().cloned().chain(tenants)
    }
}

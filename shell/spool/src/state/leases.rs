//! Who has a message, and what becomes of it when a lease ends without a word.

use super::{Entry, Lane, Phase, State, Whole};
use model::{MessageId, Timestamp};

impl State {
    /// The next message that is due, with the number of its lease.
    pub(crate) fn take_due(
        &mut self,
        now: Timestamp,
        may: impl Fn(&Lane) -> bool,
    ) -> Option<(MessageId, u64)> {
        let id = self.due.take(now, may)?;
        Some((id, self.lease(id)?))
    }

    /// Takes the message out of circulation with a new lease; one that somebody had has no more say.
    pub(super) fn lease(&mut self, id: MessageId) -> Option<u64> {
        let number = self.leases + 1;
        let whole = self.whole(id)?;
        whole.phase = Phase::Delivering;
        whole.lease = number;
        self.leases = number;
        Some(number)
    }

    /// The lease ended without a word: its task failed, and may fail again.
    /// One that ended with a word is passed over: the message may be in another's hands by now.
    pub(crate) fn lose_lease(&mut self, id: MessageId, lease: u64) {
        let Some(whole) = self.leased(id, lease) else { return };
        match whole.progress.parked {
            // An operator's act had it, and failed.
            Some(_) => {
                self.stand(id);
                self.pack(id);
            }
            // Out of circulation until the loss has its record.
            None => drop(self.lost.insert(id)),
        }
    }

    /// The message, if this is its lease.
    fn leased(&self, id: MessageId, lease: u64) -> Option<&Whole> {
        match self.entries.get(&id)? {
            Entry::Whole(whole) => {
                (whole.lease == lease && whole.phase == Phase::Delivering).then_some(&**whole)
            }
            Entry::Packed(_) => None,
        }
    }

    /// A message whose lease was lost, with the number of a new one.
    pub(crate) fn take_lost(&mut self) -> Option<(MessageId, u64)> {
        while let Some(id) = self.lost.pop_first() {
            if let Some(number) = self.lease(id) {
                return Some((id, number));
            }
        }
        None
    }

    /// Such a lease ends without a try.
    pub(crate) fn put_back(&mut self, id: MessageId, lease: u64) {
        if self.leased(id, lease).is_some() {
            self.stand(id);
            self.pack(id);
        }
    }
}

//! Servers that close the connection instead of saying what is wrong: a limit was passed, the message can never be taken, or
//! they themselves are ill.
//!
//! After such an end the first message is sent alone, and more again as it goes well. Who was sent alone three times, and
//! ended the connection each time, is suspected. Then the last message that the server has taken is sent once more, which
//! changes nothing there. If it is taken again, the server is well; if the suspect ends the connection after that, too, it is
//! refused. Where the server has taken none yet, the message after the suspect is sent instead.

use super::outbox::{Message, Outbox};

/// How often a message that is sent alone may end the connection before it is suspected.
const STRIKES: u8 = 3;

/// What is known of a server that closes connections.
#[derive(Default)]
pub(super) struct Guard {
    /// How many messages may be in flight; `None`: as many as both allow.
    most: Option<usize>,
    strikes: u8,
    /// The last message that was taken.
    last: Option<Message>,
    doubt: Doubt,
}

/// What is done about a message that is suspected.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Doubt {
    #[default]
    None,
    /// Another message is to be sent.
    Ask,
    /// It is on its way.
    Asked,
    /// The server has taken it: it is well.
    Well,
}

/// What is sent next.
pub(super) enum Next {
    /// A message that the server has: nobody waits for its confirmation.
    Again(Message),
    Message(Message),
}

impl Next {
    pub(super) fn message(&self) -> &Message {
        let (Next::Again(message) | Next::Message(message)) = self;
        message
    }

    pub(super) fn into_message(self) -> Message {
        let (Next::Again(message) | Next::Message(message)) = self;
        message
    }
}

impl Guard {
    /// How many messages may be in flight, at most `all`.
    pub(super) fn window(&self, all: usize) -> usize {
        self.most.map_or(all, |most| most.min(all))
    }

    pub(super) fn next(&mut self, outbox: &Outbox) -> Option<Next> {
        if self.doubt != Doubt::Ask {
            return outbox.next().map(Next::Message);
        }
        if let Some(last) = &self.last {
            self.doubt = Doubt::Asked;
            return Some(Next::Again(last.clone()));
        }
        let first = outbox.next()?;
        match outbox.next() {
            Some(second) => {
                self.doubt = Doubt::Asked;
                outbox.put_back(std::iter::once(first));
                Some(Next::Message(second))
            }
            None => Some(Next::Message(first)),
        }
    }

    /// It is not sent now.
    pub(super) fn put_back(&mut self, next: Next, outbox: &Outbox) {
        match next {
            Next::Again(_) => self.doubt = Doubt::Ask,
            Next::Message(second) if self.doubt == Doubt::Asked => {
                self.doubt = Doubt::Ask;
                let first = outbox.next();
                outbox.put_back(first.into_iter().chain([second]).collect::<Vec<_>>().into_iter());
            }
            Next::Message(message) => outbox.put_back(std::iter::once(message)),
        }
    }

    /// The connection has ended, and none of these was confirmed: they go back, but for one that is at fault.
    pub(super) fn lost(&mut self, mut unconfirmed: Vec<Message>, outbox: &Outbox) {
        let is_alone = unconfirmed.len() <= 1 && self.most == Some(1);
        match self.doubt {
            Doubt::Well if unconfirmed.len() == 1 => {
                let why = "the server closes the connection each time it is sent, and takes others";
                outbox.refuse(unconfirmed.remove(0), why.to_owned());
                (self.doubt, self.strikes) = (Doubt::None, 0);
            }
            // The other one ended it as well.
            Doubt::Asked => {
                (self.doubt, self.strikes) = (Doubt::None, 0);
                // If that was the next one, it stands behind the first again.
                let first = if unconfirmed.is_empty() { None } else { outbox.next() };
                unconfirmed.splice(0..0, first);
            }
            _ if unconfirmed.is_empty() => return,
            _ if is_alone => {
                self.strikes += 1;
                if self.strikes >= STRIKES {
                    self.doubt = Doubt::Ask;
                }
            }
            _ => {}
        }
        self.most = Some(1);
        outbox.put_back(unconfirmed.into_iter());
    }

    /// A message was taken.
    pub(super) fn taken(&mut self, message: &Message) {
        self.last = Some(message.clone());
        self.answered();
    }

    /// The server has answered to a message: it is well.
    pub(super) fn answered(&mut self) {
        if self.doubt == Doubt::Asked {
            self.doubt = Doubt::Well;
            return;
        }
        (self.doubt, self.strikes) = (Doubt::None, 0);
        self.most = self.most.map(|most| most.saturating_add(1));
    }
}

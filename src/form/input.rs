//! An input: one file, one stream or one message, from its first byte to its last. Compression, encoding and a byte order
//! mark are taken off; a decoder makes records of the rest.

use super::decode::Decoder;
use super::settings::Settings;
use super::take::Take;
use super::unpack::Unpacker;
use crate::reading::error::{Code, Error, Kind, Result};
use encoding_rs::{CoderResult, Encoding, UTF_8};

/// As many bytes say what an input is.
const HEAD: usize = 4;

/// How much text is decoded at a time.
const CHUNK: usize = 64 << 10;

/// Makes records of the bytes of one input.
pub(crate) struct Input {
    /// Its first bytes, until they say what it is.
    head: Option<Vec<u8>>,
    unpacker: Option<Unpacker>,
    text: Text,
    /// It is damaged: nothing more can be made of it.
    is_lost: bool,
}

/// Unpacked bytes, which become UTF-8.
struct Text {
    /// What the user says it is.
    encoding: Option<&'static Encoding>,
    /// Its first bytes, until they say what it is.
    head: Option<Vec<u8>>,
    /// `None`: it is UTF-8 already, and the decoder says what is wrong with it.
    converter: Option<encoding_rs::Decoder>,
    converted: String,
    decoder: Decoder,
}

/// What an input's first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Too little to know.
    Unknown,
    /// As many bytes in front are no text: a byte order mark, or nothing.
    Utf8(usize),
    /// Something that [`Input`] reads: compressed, or in another encoding.
    Other,
}

/// What an input is that begins so; `at_end`: more will not come.
pub(crate) fn start(head: &[u8], at_end: bool) -> Start {
    if Unpacker::of(head).is_some() {
        return Start::Other;
    }
    match Encoding::for_bom(head) {
        Some((encoding, length)) if encoding == UTF_8 => return Start::Utf8(length),
        Some(_) => return Start::Other,
        None => {}
    }
    let may_be_mark =
        b"\xef\xbb\xbf".starts_with(head) || b"\xff\xfe".starts_with(head) || b"\xfe\xff".starts_with(head);
    if !at_end && head.len() < HEAD && (Unpacker::may_be(head) || may_be_mark) {
        Start::Unknown
    } else {
        Start::Utf8(0)
    }
}

impl Input {
    /// An input in the form that the settings say, or else that its name says.
    pub(crate) fn new(settings: &Settings, name: Option<&str>, max_record: usize) -> Input {
        let text = Text {
            encoding: settings.encoding,
            head: Some(Vec::new()),
            converter: None,
            converted: String::new(),
            decoder: settings.decoder(name, max_record),
        };
        Input { head: Some(Vec::new()), unpacker: None, text, is_lost: false }
    }

    /// A message. It is not unpacked: a small one may be as large as it likes inside.
    pub(crate) fn of_message(settings: &Settings, max_record: usize) -> Input {
        Input { head: None, ..Input::new(settings, None, max_record) }
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let Some(mut head) = self.head.take() else { return self.go_on(bytes, to) };
        if head.is_empty() && bytes.len() >= HEAD {
            self.unpacker = Unpacker::of(bytes);
            return self.go_on(bytes, to);
        }
        head.extend_from_slice(bytes);
        // What cannot become a compressed input does not wait: a trickle has no delay.
        if head.len() < HEAD && Unpacker::may_be(&head) {
            self.head = Some(head);
            return Ok(());
        }
        self.unpacker = Unpacker::of(&head);
        self.go_on(&head, to)
    }

    fn go_on(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        if self.is_lost {
            return Ok(());
        }
        let text = &mut self.text;
        let fed = match &mut self.unpacker {
            None => return text.feed(bytes, to),
            Some(unpacker) => unpacker.feed(bytes, &mut |unpacked| text.feed(unpacked, to)),
        };
        self.damaged(fed, to)
    }

    /// What is wrong with the packing of an input is one reject; the rest of it is nothing.
    fn damaged(&mut self, result: Result<()>, to: &mut dyn Take) -> Result<()> {
        match result {
            Err(why) if why.kind() == Kind::Data && why.code() == Code::Packed => {
                self.is_lost = true;
                to.reject(0, b"", &why)
            }
            result => result,
        }
    }

    /// Nothing more is read, and what has begun stays where it came from.
    pub(crate) fn abandon(&mut self, to: &mut dyn Take) -> Result<()> {
        self.text.decoder.abandon(to)
    }

    /// The input has ended; `whole`: as its sender meant it to.
    pub(crate) fn finish(&mut self, whole: bool, to: &mut dyn Take) -> Result<()> {
        if let Some(head) = self.head.take() {
            self.unpacker = Unpacker::of(&head);
            self.go_on(&head, to)?;
        }
        if let Some(mut unpacker) = self.unpacker.take().filter(|_| !self.is_lost) {
            let text = &mut self.text;
            let ended = unpacker.finish(&mut |unpacked| text.feed(unpacked, to));
            self.damaged(ended, to)?;
        }
        self.text.finish(whole && !self.is_lost, to)
    }
}

impl Text {
    fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let Some(mut head) = self.head.take() else { return self.convert(bytes, false, to) };
        head.extend_from_slice(bytes);
        match start(&head, false) {
            Start::Unknown => {
                self.head = Some(head);
                Ok(())
            }
            _ => self.begin(&head, to),
        }
    }

    fn begin(&mut self, head: &[u8], to: &mut dyn Take) -> Result<()> {
        let (encoding, length) = match Encoding::for_bom(head) {
            // A mark says more than the user.
            Some((encoding, length)) => (encoding, length),
            None => (self.encoding.unwrap_or(UTF_8), 0),
        };
        if encoding != UTF_8 {
            self.converter = Some(encoding.new_decoder_without_bom_handling());
        }
        self.convert(&head[length..], false, to)
    }

    fn convert(&mut self, bytes: &[u8], is_last: bool, to: &mut dyn Take) -> Result<()> {
        let Some(converter) = &mut self.converter else { return self.decoder.feed(bytes, to) };
        self.converted.reserve(CHUNK);
        let mut rest = bytes;
        loop {
            let (result, read, _) = converter.decode_to_string(rest, &mut self.converted, is_last);
            rest = &rest[read..];
            self.decoder.feed(self.converted.as_bytes(), to)?;
            self.converted.clear();
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }

    fn finish(&mut self, whole: bool, to: &mut dyn Take) -> Result<()> {
        if let Some(head) = self.head.take() {
            self.begin(&head, to)?;
        }
        if self.converter.is_some() {
            self.convert(b"", true, to)?;
        }
        self.decoder.finish(whole, to)
    }
}

/// The name of an encoding that text can have.
pub(crate) fn encoding(name: &str) -> Result<&'static Encoding> {
    Encoding::for_label(name.as_bytes())
        .ok_or_else(|| Error::usage(format!("{name} is not an encoding: utf-8, utf-16, latin1, windows-1252 …")))
}

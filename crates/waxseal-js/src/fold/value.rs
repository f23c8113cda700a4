//! What an expression can be worth, as far as that can be said without running it.

use std::rc::Rc;

use oxc_span::Span;

use crate::module::FunctionIdx;

/// The answer to "what value can this expression have".
#[derive(Debug, Clone)]
pub(crate) struct Folded {
    /// The value.
    pub(crate) value: Value,
    /// Getting there took more than literals, concatenation, templates and named constants: a decoder, a lookup by computed
    /// key, arithmetic on character codes, reversing, splitting.
    pub(crate) hidden: bool,
    /// Where the literal that decided it is written, in this file.
    pub(crate) source: Option<Span>,
}

/// A value, exact where it could be folded and honest where not. Bounded in depth and size by the folder.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(Rc<str>),
    /// `Buffer`, `Uint8Array` and the like.
    Bytes(Rc<[u8]>),
    RegExp {
        pattern: Rc<str>,
        flags: Rc<str>,
    },
    Array(Rc<ArrayValue>),
    Object(Rc<ObjectValue>),
    /// A function or class written in this file.
    Function(FunctionIdx),
    /// Something of the outside world: see [`Api`].
    Api(Rc<Api>),
    /// A string with pieces that are not constant, in order; adjacent constants are joined.
    Concat(Rc<[Value]>),
    /// One of several, by a condition or an assignment: at least two, at most [`MAX_ALTERNATIVES`].
    OneOf(Rc<[Value]>),
    /// Not known; where it comes from is.
    Unknown(Origins),
}

/// Beyond this many alternatives a value is unknown, with the origins of all.
pub(crate) const MAX_ALTERNATIVES: usize = 16;

/// An array literal, or what was built like one.
#[derive(Debug, Clone)]
pub(crate) struct ArrayValue {
    /// The items in order. A spread of something unknown stands as [`Value::Unknown`] with `open` set.
    pub(crate) items: Vec<Value>,
    /// There may be more items, or in another order, than listed: spread of an unknown, `push` under a condition.
    pub(crate) open: bool,
}

/// An object literal with everything written onto it later (`o.p = …`, `o['p'] = …`, `Object.assign(o, …)`,
/// `Object.defineProperty`, `Reflect.set`), irrespective of order.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "places are kept for whoever points at them")]
pub(crate) struct ObjectValue {
    /// Properties in the order written; one name may stand more than once: each is a value it can have.
    pub(crate) properties: Vec<Property>,
    /// Origins of what was spread or copied into it and of computed keys that could not be folded; empty if it is closed.
    pub(crate) rest: Origins,
    /// Where the literal stands, if there is one.
    pub(crate) span: Option<Span>,
}

/// One property of an object.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "places are kept for whoever points at them")]
pub(crate) struct Property {
    pub(crate) name: Rc<str>,
    pub(crate) value: Folded,
    /// Where it is written: the property of the literal, or the assignment.
    pub(crate) span: Span,
}

/// Something the file did not define: a global, a module, a member of it, the result of calling it.
///
/// The path is canonical whatever names the file uses: `fetch`, `node:child_process.exec`, `process.env.MAIL_TO`,
/// `nodemailer.createTransport().sendMail`, `postmark.ServerClient().sendEmail`, `./config.js.default`.
/// Rules: globals by name (`globalThis.x`, `window.x`, `global.x`, `self.x` are `x`); a built-in module is `node:name` (also
/// when required as `name`), another module its specifier, a relative one as written; a `default` import of a module or its
/// namespace or `require` result is the module itself, interop wrappers (`__toESM(require('x')).default`, `_interopRequireDefault`)
/// included; `.name` for a member (constant computed keys folded); `()` for a call or `new`; `[]` for a member whose name is not known.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) path: Rc<str>,
    /// Where its value comes from when read: `process.env.X` is configured, `fetch().json()` is fetched.
    pub(crate) origins: Origins,
    /// For the result of a call: the arguments' values, outermost call last; at most 8 calls, 8 arguments each.
    pub(crate) calls: Rc<[ApiCall]>,
}

/// One call on the way to an [`Api`] value.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "places are kept for whoever points at them")]
pub(crate) struct ApiCall {
    /// Length of [`Api::path`] right after this call's `()`.
    pub(crate) end: usize,
    pub(crate) arguments: Vec<Value>,
    pub(crate) span: Span,
}

/// Where a value comes from, as a set; empty means "from literals alone".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins {
    /// Bits of [`Origins`] constants.
    pub(crate) bits: u16,
    /// Names of environment variables and configuration keys, at most 4.
    pub(crate) names: Rc<[Rc<str>]>,
    /// Parameters it comes from, at most 8.
    pub(crate) parameters: Rc<[Parameter]>,
}

/// A parameter of a function of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Parameter {
    pub(crate) function: FunctionIdx,
    pub(crate) index: u8,
}

impl Folded {
    /// A value that nothing hides and no literal decides.
    pub(crate) fn plain(value: Value) -> Self {
        Self {
            value,
            hidden: false,
            source: None,
        }
    }
}

impl Value {
    /// The string it certainly is.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Every constant string it can be, one for each alternative; those inside arrays and objects are not listed.
    #[allow(dead_code, reason = "one of the ways to read a value")]
    pub(crate) fn strings(&self) -> Vec<Rc<str>> {
        match self {
            Self::String(text) => vec![Rc::clone(text)],
            Self::OneOf(alternatives) => alternatives.iter().flat_map(Self::strings).collect(),
            _ => Vec::new(),
        }
    }

    /// Every constant piece of the strings it can be, those of arrays' items included.
    pub(crate) fn constant_pieces(&self) -> Vec<Rc<str>> {
        match self {
            Self::String(text) => vec![Rc::clone(text)],
            Self::OneOf(values) | Self::Concat(values) => values.iter().flat_map(Self::constant_pieces).collect(),
            Self::Array(array) => array.items.iter().flat_map(Self::constant_pieces).collect(),
            _ => Vec::new(),
        }
    }

    /// Where it comes from: the union over everything inside.
    pub(crate) fn origins(&self) -> Origins {
        let mut all = Origins::default();
        self.add_origins(&mut all);
        all
    }

    fn add_origins(&self, all: &mut Origins) {
        match self {
            Self::Undefined
            | Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Bytes(_)
            | Self::RegExp { .. }
            | Self::Function(_) => {}
            Self::Array(array) => array.items.iter().for_each(|item| item.add_origins(all)),
            Self::Object(object) => {
                object
                    .properties
                    .iter()
                    .for_each(|property| property.value.value.add_origins(all));
                all.add(&object.rest);
            }
            Self::Api(api) => all.add(&api.origins),
            Self::Concat(values) | Self::OneOf(values) => values.iter().for_each(|value| value.add_origins(all)),
            Self::Unknown(origins) => all.add(origins),
        }
    }

    /// Whether nothing in it is unknown, open or one of several.
    pub(crate) fn is_constant(&self) -> bool {
        match self {
            Self::Undefined
            | Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Bytes(_)
            | Self::RegExp { .. } => true,
            Self::Array(array) => !array.open && array.items.iter().all(Self::is_constant),
            Self::Object(object) => {
                object.rest.is_empty()
                    && object
                        .properties
                        .iter()
                        .all(|property| property.value.value.is_constant())
            }
            Self::Function(_) | Self::Api(_) | Self::Concat(_) | Self::OneOf(_) | Self::Unknown(_) => false,
        }
    }

    /// Its constant pieces as a string with `*` for each that is not; alternatives are joined by `|`.
    pub(crate) fn to_pattern(&self) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => super::text::number_text(*value),
            Self::String(text) => text.to_string(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Concat(values) => values.iter().map(Self::to_pattern).collect(),
            Self::OneOf(values) => values.iter().map(Self::to_pattern).collect::<Vec<_>>().join("|"),
            Self::Array(array) => {
                let mut items: Vec<_> = array.items.iter().map(Self::to_pattern).collect();
                if array.open {
                    items.push("*".to_owned());
                }
                items.join(",")
            }
            Self::RegExp { .. } | Self::Object(_) | Self::Function(_) | Self::Api(_) | Self::Unknown(_) => {
                "*".to_owned()
            }
        }
    }
}

impl Default for Origins {
    fn default() -> Self {
        Self {
            bits: 0,
            names: NO_NAMES.with(Rc::clone),
            parameters: NO_PARAMETERS.with(Rc::clone),
        }
    }
}

thread_local! {
    /// Shared, since origins are made for every value that is not known.
    static NO_NAMES: Rc<[Rc<str>]> = Rc::from([]);
    static NO_PARAMETERS: Rc<[Parameter]> = Rc::from([]);
    static NO_CALLS: Rc<[ApiCall]> = Rc::from([]);
}

impl Api {
    /// Something on the way to which nothing was called.
    pub(crate) fn uncalled(path: Rc<str>, origins: Origins) -> Self {
        Self {
            path,
            origins,
            calls: NO_CALLS.with(Rc::clone),
        }
    }
}

impl Origins {
    /// Only these bits.
    pub(crate) fn of(bits: u16) -> Self {
        Self {
            bits,
            ..Self::default()
        }
    }

    /// Whether it says "from literals alone".
    pub(crate) fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// Adds what another one says.
    pub(crate) fn add(&mut self, other: &Self) {
        self.bits |= other.bits;
        if !other.names.is_empty() && self.names.len() < MAX_NAMES && self.names != other.names {
            let mut names: Vec<_> = self.names.to_vec();
            for name in other.names.iter() {
                if names.len() < MAX_NAMES && !names.contains(name) {
                    names.push(Rc::clone(name));
                }
            }
            self.names = names.into();
        }
        if !other.parameters.is_empty() && self.parameters.len() < MAX_PARAMETERS && self.parameters != other.parameters
        {
            let mut parameters: Vec<_> = self.parameters.to_vec();
            for parameter in other.parameters.iter() {
                if parameters.len() < MAX_PARAMETERS && !parameters.contains(parameter) {
                    parameters.push(*parameter);
                }
            }
            self.parameters = parameters.into();
        }
    }

    /// A parameter of an enclosing function, `arguments`, or `this`: supplied by a caller.
    pub(crate) const CALLER: u16 = 1;
    /// An environment variable, `process.argv`, a file outside the package: supplied by whoever configures it.
    pub(crate) const CONFIGURED: u16 = 1 << 1;
    /// An answer from the network.
    pub(crate) const FETCHED: u16 = 1 << 2;
    /// A file; which one could not be said, or one the package ships.
    pub(crate) const FILE: u16 = 1 << 3;
    /// Another module of the package, not linked (yet).
    pub(crate) const IMPORTED: u16 = 1 << 4;
    /// The result of another package's function.
    pub(crate) const FOREIGN: u16 = 1 << 5;
    /// Computed from constants in a way that could not be folded: too deep, out of fuel, an operation not modelled.
    pub(crate) const DERIVED: u16 = 1 << 6;
    /// The clock or randomness.
    pub(crate) const RANDOM: u16 = 1 << 7;
    /// Anything else.
    pub(crate) const OTHER: u16 = 1 << 8;

    /// Whether any bit of `mask` is in it.
    pub(crate) fn has(&self, mask: u16) -> bool {
        self.bits & mask != 0
    }
}

/// Names kept in one [`Origins`].
const MAX_NAMES: usize = 4;
/// Parameters kept in one [`Origins`].
const MAX_PARAMETERS: usize = 8;

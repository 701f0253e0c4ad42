//! A state to bytes, equal to what Terraform writes for the same content.

use std::io;

use serde::Serialize;
use serde_json::Value as Json;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::{FileV4, InstanceV4, KibanV4, OutputV4, ResourceV4, StepV4, StepValueV4, VERSION};
use crate::addr::{AbsResource, InstanceKey, Mode, Path, Step};
use crate::state::{LANGUAGE_VERSION, ObjectState, ResourceState, State, Status};
use crate::value::json::{to_json, type_to_json};

/// The bytes of a state. They say who wrote it last; a state that does not is said to be of this version.
pub fn write(state: &State) -> Vec<u8> {
    let terraform_version = match &*state.terraform_version {
        "" => LANGUAGE_VERSION,
        version => version,
    };
    let mut file = body(state);
    file.terraform_version = terraform_version.to_owned();
    file.serial = state.serial;
    file.lineage = state.lineage.clone();
    bytes(&file)
}

/// Whether two states manage the same, whatever their serial, lineage and writer.
pub fn same_content(a: &State, b: &State) -> bool {
    bytes(&body(a)) == bytes(&body(b))
}

fn bytes(file: &FileV4) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, HtmlSafe(PrettyFormatter::new()));
    // Maps with text as keys into memory: there is nothing that could fail.
    let _ = file.serialize(&mut serializer);
    out.push(b'\n');
    out
}

fn body(state: &State) -> FileV4 {
    let outputs = state.outputs.iter().map(|(name, output)| {
        let value = to_json(&output.value);
        let ty = type_to_json(&output.value.ty());
        (name.to_string(), OutputV4 { value, ty, sensitive: output.sensitive })
    });
    let mut resources: Vec<_> = state.resources.iter().map(|(addr, resource)| resource_v4(addr, resource)).collect();
    resources.sort_by(|a, b| (&a.module, &a.mode, &a.kind, &a.name).cmp(&(&b.module, &b.mode, &b.kind, &b.name)));
    FileV4 {
        version: VERSION,
        terraform_version: String::new(),
        serial: 0,
        lineage: String::new(),
        outputs: outputs.collect(),
        resources,
        check_results: state.check_results.clone(),
        kiban: KibanV4 { bootstrap: state.delivered.clone() },
    }
}

fn resource_v4(addr: &AbsResource, resource: &ResourceState) -> ResourceV4 {
    let mut instances = Vec::new();
    for (key, instance) in &resource.instances {
        instances.extend(instance.current.iter().map(|object| instance_v4(key, "", object)));
        instances.extend(instance.deposed.iter().map(|(deposed, object)| instance_v4(key, deposed, object)));
    }
    ResourceV4 {
        module: addr.module.to_string(),
        mode: match addr.resource.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        }
        .to_owned(),
        kind: addr.resource.kind.to_string(),
        name: addr.resource.name.to_string(),
        provider: resource.provider.to_string(),
        instances,
    }
}

fn instance_v4(key: &InstanceKey, deposed: &str, object: &ObjectState) -> InstanceV4 {
    InstanceV4 {
        index_key: match key {
            InstanceKey::None => None,
            InstanceKey::Int(n) => Some((*n).into()),
            InstanceKey::Str(s) => Some((&**s).into()),
        },
        status: match object.status {
            Status::Ready => String::new(),
            Status::Tainted => "tainted".to_owned(),
        },
        deposed: deposed.to_owned(),
        schema_version: object.schema_version,
        attributes: Some(object.attributes.clone()),
        attributes_flat: None,
        sensitive_attributes: Some(object.sensitive_attributes.iter().map(path_v4).collect()),
        identity_schema_version: object.identity_schema_version,
        identity: object.identity.clone(),
        private: object.private.clone(),
        dependencies: object.dependencies.iter().map(ToString::to_string).collect(),
        create_before_destroy: object.create_before_destroy,
    }
}

fn path_v4(path: &Path) -> Vec<StepV4> {
    let index = |value: Json, ty: &str| StepV4 {
        kind: "index".to_owned(),
        value: StepValueV4::Key { value, ty: ty.to_owned() },
    };
    path.0
        .iter()
        .map(|step| match step {
            Step::Attr(name) => StepV4 { kind: "get_attr".to_owned(), value: StepValueV4::Name(name.to_string()) },
            Step::Index(n) => index((*n).into(), "number"),
            Step::Key(key) => index((&**key).into(), "string"),
        })
        .collect()
}

/// Two spaces of indent, and the characters escaped that Go escapes in JSON so that it is safe within HTML.
struct HtmlSafe<'a>(PrettyFormatter<'a>);

impl Formatter for HtmlSafe<'_> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (plain, tail) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let Some(c) = tail.chars().next() else { break };
            write!(writer, "\\u{:04x}", u32::from(c))?;
            rest = &tail[c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

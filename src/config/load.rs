//! Folders to a tree of modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::addr::{ModulePath, Name};
use crate::diag::{Diagnostic, Diagnostics, SourceId, Sources, Span, did_you_mean, reason};
use crate::hcl::ast::{Block, Body, ExprKind};
use crate::hcl::{parse_body, parse_json_body};

use super::blocks::{Reader, block_kinds};
use super::locate::{Installed, Locate, Wanted};
use super::project::Project;
use super::source::ModuleSource;
use super::{Config, Module, ModuleCall, overrides};

/// Modules nested deeper than this call themselves.
const MAX_DEPTH: usize = 64;

/// What was read, with what was wrong with it. The sources serve to show the diagnostics.
pub struct Loaded {
    pub config: Config,
    pub diagnostics: Diagnostics,
    /// Something is missing from the configuration because it could not be read: what refers to it cannot be judged.
    pub broken: bool,
}

/// Reads the root module in `dir` and all modules it calls, which must be there already. Names of sources are relative
/// to `dir`.
pub fn load(dir: &Path, sources: Sources) -> Loaded {
    load_below(dir, Path::new("."), sources)
}

/// Reads the module in `folder`, relative to `base`, as a root module. Names of sources are relative to `base`.
pub fn load_below(base: &Path, folder: &Path, sources: Sources) -> Loaded {
    load_called(base, folder, "", sources)
}

/// The same for a module that something else calls: what it calls itself was fetched under `key`.
pub fn load_called(base: &Path, folder: &Path, key: &str, mut sources: Sources) -> Loaded {
    let (project, found) = Project::read(base, &mut sources);
    let mut loaded = load_with(base, folder, sources, &mut Installed::new(base, project.clone(), key));
    project.spread(&mut loaded.config.root);
    loaded.config.bootstrap = project.bootstrap;
    loaded.broken |= found.has_errors();
    loaded.diagnostics.extend(found);
    loaded
}

/// Reads a root module and all modules it calls, from where `locate` says.
pub fn load_with(base: &Path, folder: &Path, sources: Sources, locate: &mut dyn Locate) -> Loaded {
    load_tree(base, sources, locate, |loader| loader.module(folder, ModulePath::root(), None))
}

/// Reads the modules that a module calls which stands in no file.
pub fn load_calls(base: &Path, caller: Module, sources: Sources, locate: &mut dyn Locate) -> Loaded {
    load_tree(base, sources, locate, |_| caller)
}

fn load_tree(
    base: &Path,
    mut sources: Sources,
    locate: &mut dyn Locate,
    root: impl FnOnce(&mut Loader<'_>) -> Module,
) -> Loaded {
    let mut loader = Loader {
        base,
        sources: &mut sources,
        found: Diagnostics::new(),
        broken: false,
        malformed: BTreeSet::new(),
        locate,
    };
    let mut root = root(&mut loader);
    loader.calls(&mut root, &mut Vec::new());
    let Loader { found, broken, malformed, .. } = loader;
    let config = Config { root, sources, overridden: Vec::new(), bootstrap: Vec::new() };
    // What a malformed file lacks may stand in the part that could not be read.
    let lacks = |d: &Diagnostic| {
        d.summary.starts_with("Missing required") && d.span.is_some_and(|s| malformed.contains(&s.source))
    };
    let mut all: Diagnostics = found.into_iter().filter(|d| !lacks(d)).collect();
    if !broken {
        all.extend(super::check::check(&config));
    }
    Loaded { config, diagnostics: all, broken }
}

/// Adds a text to the root module, as if it stood in a file of its own.
pub fn add_text(config: &mut Config, name: &str, text: &str) -> Diagnostics {
    let id = config.sources.add(name, text);
    let (body, mut found) = parse(name, id, text);
    let mut reader = Reader::new(&mut config.root, &mut found, &config.sources);
    body.blocks.into_iter().for_each(|block| reader.block(block));
    found
}

struct Loader<'a> {
    base: &'a Path,
    sources: &'a mut Sources,
    found: Diagnostics,
    broken: bool,
    /// Files with errors of syntax.
    malformed: BTreeSet<SourceId>,
    locate: &'a mut dyn Locate,
}

impl Loader<'_> {
    /// Reads the files of one folder.
    fn module(&mut self, dir: &Path, path: ModulePath, called_at: Option<Span>) -> Module {
        let path_is_root = path.is_root();
        let mut module = Module::empty(path, dir.to_path_buf());
        let files = match self.files(dir) {
            Ok(files) => files,
            Err(diagnostic) => {
                let diagnostic = Diagnostic { span: called_at, ..diagnostic };
                self.broken = true;
                self.found.push(diagnostic);
                return module;
            }
        };
        if files.iter().all(|f| is_override(f)) && files.is_empty() {
            let found = Diagnostic::error(
                "No configuration files",
                if path_is_root {
                    "This folder contains no .tf files.".to_owned()
                } else {
                    format!("The folder {} contains no .tf files.", self.shown(dir))
                },
            )
            .hint(if path_is_root {
                "Change to the folder of the root module, or name it with -chdir=DIR."
            } else {
                "Check the source of the module: it is relative to the folder of the file that calls it."
            });
            self.broken = true;
            self.found.push(Diagnostic { span: called_at, ..found });
            return module;
        }
        let (primary, late): (Vec<_>, Vec<_>) = files.into_iter().partition(|f| !is_override(f));
        let mut overriding = Vec::new();
        let mut blocks = Vec::new();
        for file in primary {
            blocks.extend(self.file(&dir.join(file)));
        }
        for file in late {
            overriding.extend(self.file(&dir.join(file)));
        }
        overrides::merge(&mut blocks, overriding, &mut self.found);
        let mut reader = Reader::new(&mut module, &mut self.found, self.sources);
        for block in blocks {
            reader.block(block);
        }
        self.broken |= reader.dropped();
        module
    }

    fn shown(&self, dir: &Path) -> String {
        clean(&self.base.join(dir)).display().to_string()
    }

    /// Configuration files of a folder, by name.
    fn files(&self, dir: &Path) -> Result<Vec<String>, Diagnostic> {
        let full = self.base.join(dir);
        let unreadable = |e: &std::io::Error| {
            Diagnostic::error(
                "Unreadable module directory",
                format!("The folder {} cannot be read: {}.", self.shown(dir), reason(e)),
            )
            .hint("Check the source of the module: it is relative to the folder of the file that calls it.")
        };
        let entries = fs::read_dir(&full).map_err(|e| unreadable(&e))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| unreadable(&e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_ignored_file(&name)
                && (name.ends_with(".tf") || name.ends_with(".tf.json"))
                && !entry.path().is_dir()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Top-level blocks of a file; attributes there are errors.
    fn file(&mut self, path: &Path) -> Vec<Block> {
        let name = clean(path).display().to_string();
        let Some(text) = self.read(path, &name) else { return Vec::new() };
        // A module that is called several times is one text, and its mistakes are shown once.
        let known = self.sources.iter().find(|(_, s)| s.name == name && *s.text == *text).map(|(id, _)| id);
        let id = known.unwrap_or_else(|| self.sources.add(&name, text.as_str()));
        let (body, errors) = parse(&name, id, &text);
        if errors.has_errors() {
            self.broken = true;
            self.malformed.insert(id);
        }
        self.found.extend(errors);
        for attribute in &body.attributes {
            if body.json {
                let name = &attribute.name.name;
                self.found.push(
                    Diagnostic::error(
                        "Extraneous JSON object property",
                        format!("No argument or block type is named \"{name}\"."),
                    )
                    .at(attribute.name.span)
                    .meant(did_you_mean(name, block_kinds())),
                );
                continue;
            }
            self.found.push(
                Diagnostic::error(
                    "Unsupported argument",
                    format!("An argument named \"{}\" is not expected here.", attribute.name.name),
                )
                .at(attribute.name.span)
                .hint("Arguments stand inside of blocks, for example in a `locals` block."),
            );
        }
        body.blocks
    }

    fn read(&mut self, path: &Path, name: &str) -> Option<String> {
        match fs::read(self.base.join(path)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Some(text),
                Err(e) => {
                    self.broken = true;
                    let at = e.utf8_error().valid_up_to();
                    let id = self.sources.add(name, String::from_utf8_lossy(e.as_bytes()));
                    let wrong = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
                    self.found.push(
                        Diagnostic::error("Invalid character encoding", "This is not valid UTF-8.")
                            .at(Span::new(id, wrong))
                            .hint("Save the file as UTF-8."),
                    );
                    None
                }
            },
            Err(e) => {
                self.broken = true;
                self.found.push(
                    Diagnostic::error("Failed to read file", format!("{name} cannot be read: {}.", reason(&e)))
                        .hint("Check that your user may read the file."),
                );
                None
            }
        }
    }

    /// Reads the modules that a module calls.
    fn calls(&mut self, module: &mut Module, above: &mut Vec<PathBuf>) {
        above.push(clean(&self.base.join(&module.dir)));
        let folders = self.folders(module);
        for (name, call) in &mut module.calls {
            let child = module.path.child(name);
            let Some(folder) = folders.get(name).cloned() else { continue };
            let own = clean(&self.base.join(&folder));
            if let Some(at) = above.iter().position(|a| *a == own) {
                let way = above.iter().skip(at).chain([&own]).map(|p| p.display().to_string()).collect::<Vec<_>>();
                self.broken = true;
                self.found.push(
                    Diagnostic::error(
                        "Module calls itself",
                        format!("Modules may not call themselves, directly or through others: {}.", way.join(" -> ")),
                    )
                    .at(call.source_span)
                    .within(call.header),
                );
                continue;
            }
            if above.len() >= MAX_DEPTH {
                self.broken = true;
                self.found.push(
                    Diagnostic::error("Modules nested too deeply", format!("There are more than {MAX_DEPTH} levels."))
                        .at(call.source_span),
                );
                continue;
            }
            call.module = self.module(&folder, child, Some(call.source_span));
            self.calls(&mut call.module, above);
        }
        above.pop();
    }

    /// The folders of the modules that a module calls, as far as they can be found.
    fn folders(&mut self, module: &Module) -> BTreeMap<Name, PathBuf> {
        let mut folders = BTreeMap::new();
        let mut remote = Vec::new();
        for call in module.calls.values() {
            let Some(wanted) = self.wanted(module, call) else { continue };
            if let ModuleSource::Local(path) = &wanted.source {
                let folder = clean(&module.dir.join(path));
                self.locate.local(&wanted, &folder);
                folders.insert(call.name.name.clone(), folder);
            } else {
                remote.push(wanted);
            }
        }
        if remote.is_empty() {
            return folders;
        }
        for (wanted, located) in remote.iter().zip(self.locate.locate(&remote)) {
            match located {
                Ok(folder) => {
                    folders.insert(wanted.call.name.name.clone(), folder);
                }
                Err(diagnostic) => {
                    self.broken = true;
                    self.found.push(diagnostic);
                }
            }
        }
        folders
    }

    fn wanted<'c>(&mut self, module: &Module, call: &'c ModuleCall) -> Option<Wanted<'c>> {
        let source = match ModuleSource::parse(&call.source) {
            Ok(source) => source,
            Err(why) => {
                self.broken = true;
                self.found.push(
                    Diagnostic::error(
                        "Invalid module source address",
                        format!("\"{}\" cannot be used: {why}.", call.source),
                    )
                    .at(call.source_span)
                    .within(call.header)
                    .hint("Write ./FOLDER, NAMESPACE/NAME/PROVIDER with a version, or git::URL?ref=REVISION."),
                );
                return None;
            }
        };
        if let (Some(_), false) = (&call.version, matches!(source, ModuleSource::Registry(_))) {
            let (why, hint) = match &source {
                ModuleSource::Local(_) => (
                    format!("can't use local directory \"{}\" as a module registry address", call.source),
                    "A local module is what lies in its folder: take the version away.",
                ),
                _ => (
                    format!("\"{}\" is no address of a registry", call.source),
                    "Name a tag in the source instead: ?ref=v1.2.3",
                ),
            };
            self.broken = true;
            self.found.push(
                Diagnostic::error(
                    "Invalid registry module source address",
                    format!(
                        "Failed to parse module registry address: {why}.\n\nTerraform assumed that you intended a module \
                         registry source address because you also set the argument \"version\", which applies only to \
                         registry modules."
                    ),
                )
                .at(call.source_span)
                .within(call.header)
                .hint(hint),
            );
            return None;
        }
        Some(Wanted { path: module.path.child(&call.name.name), call, source })
    }
}

fn parse(name: &str, id: crate::diag::SourceId, text: &str) -> (Body, Diagnostics) {
    if name.ends_with(".json") { parse_json_body(id, text) } else { parse_body(id, text) }
}

fn is_override(name: &str) -> bool {
    let stem = name.trim_end_matches(".json").trim_end_matches(".tf");
    stem == "override" || stem.ends_with("_override")
}

/// A path without `.` and without `..` after a name.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}

/// Whether a name is that of a hidden file, or of one that editors leave behind.
pub fn is_ignored_file(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

/// Whether an expression is a literal text: sources and versions must be.
pub(super) fn literal(expr: &crate::hcl::ast::Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(value) => value.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_people_write_them() {
        for (path, expect) in [("./a/../b", "b"), ("../../modules/x", "../../modules/x"), (".", "."), ("a/..", ".")] {
            assert_eq!(clean(Path::new(path)), PathBuf::from(expect));
        }
    }

    #[test]
    fn a_tree_of_modules_is_read() {
        let dir = tempfile::tempdir().expect("folder");
        fs::create_dir(dir.path().join("child")).expect("folder");
        fs::write(dir.path().join("main.tf"), "module \"c\" {\n  source = \"./child\"\n  x = 1\n}\n").expect("file");
        fs::write(dir.path().join("child/main.tf"), "variable \"x\" {}\noutput \"y\" {\n  value = var.x\n}\n")
            .expect("file");
        let loaded = load(dir.path(), Sources::default());
        assert!(!loaded.diagnostics.has_errors(), "{:?}", loaded.diagnostics);
        let child = &loaded.config.root.calls["c"].module;
        assert_eq!((child.dir.as_path(), child.outputs.len()), (Path::new("child"), 1));
    }
}

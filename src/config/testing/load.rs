//! Finds and reads test files, the mocks and the modules they name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::addr::{ModulePath, Name};
use crate::diag::{Diagnostic, Diagnostics, SourceId, Sources, Span, reason};
use crate::hcl::ast::{Block, Body};
use crate::hcl::{parse_body, parse_json_tests};

use super::super::load::{clean, load_called};
use super::super::manifest::Manifest;
use super::super::{Loaded, Module, ModuleCall, ProviderConfig};
use super::blocks::{Checker, shown};
use super::{LoadedTests, MockProvider, Phase, ProviderRef, Run, TestFile, TestProvider, mocks, overrides};

const BLOCKS: &[&str] =
    &["run", "variables", "provider", "mock_provider", "override_resource", "override_data", "override_module", "test"];

/// Reads the test files in the root module's folder and in the folder of tests below it.
pub fn load_tests(dir: &Path, tests: &Path, sources: Sources) -> LoadedTests {
    let mut loader = Loader { dir, sources, found: Diagnostics::new() };
    let mut files = loader.files(tests);
    let modules = loader.modules(&mut files);
    LoadedTests { files, modules, sources: loader.sources, found: loader.found }
}

/// The modules that runs call instead of the root module: one module a test file, whose calls they are. What is wrong
/// with a test file is told when it is run.
pub fn called_by_tests(dir: &Path, tests: &Path, sources: Sources) -> (Vec<Module>, Sources) {
    let mut loader = Loader { dir, sources, found: Diagnostics::new() };
    let files = loader.files(tests);
    let modules = files.iter().filter_map(|file| {
        let mut module = Module::empty(path_of(file), PathBuf::from("."));
        let calls = file.runs.iter().filter_map(|run| {
            let wanted = run.module.as_ref()?;
            let path = module.path.child(&run.name.name);
            Some((run.name.name.clone(), ModuleCall::of_run(run.name.clone(), wanted, run.header, path)))
        });
        let calls: BTreeMap<_, _> = calls.collect();
        module.calls = calls;
        (!module.calls.is_empty()).then_some(module)
    });
    (modules.collect(), loader.sources)
}

/// Where fetched modules of a test file's runs are noted: `test`, then the path of the file.
fn path_of(file: &TestFile) -> ModulePath {
    let stem = file.name.trim_end_matches(".hcl").trim_end_matches(".json").trim_end_matches(".tftest");
    ModulePath(std::iter::once("test").chain(stem.split('/')).map(Into::into).collect())
}

struct Loader<'a> {
    dir: &'a Path,
    sources: Sources,
    found: Diagnostics,
}

impl Loader<'_> {
    /// The test files beside the root module and in the folder of tests.
    fn files(&mut self, tests: &Path) -> Vec<TestFile> {
        let mut names = self.list(Path::new("."), &[".tftest.hcl", ".tftest.json"], true).unwrap_or_default();
        let tests = clean(tests);
        if tests != Path::new(".") {
            match self.list(&tests, &[".tftest.hcl", ".tftest.json"], true) {
                Some(more) => names.extend(more),
                None if tests != Path::new("tests") => self.found.push(Diagnostic::warning(
                    "Test directory does not exist",
                    format!("Requested test directory {} does not exist.", tests.display()),
                )),
                None => {}
            }
        }
        names.sort();
        names.iter().filter_map(|name| self.file(name)).collect()
    }

    /// Paths of the files with one of these endings; `None` where there is no such folder.
    fn list(&mut self, folder: &Path, endings: &[&str], quiet: bool) -> Option<Vec<String>> {
        let entries = match fs::read_dir(self.dir.join(folder)) {
            Ok(entries) => entries,
            Err(e) => {
                if !quiet {
                    let detail = format!("The folder {} cannot be read: {}.", folder.display(), reason(&e));
                    self.found.push(Diagnostic::error("Failed to read directory", detail));
                }
                return None;
            }
        };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let hidden = name.starts_with('.') || name.ends_with('~');
            if !hidden && endings.iter().any(|e| name.ends_with(e)) && !entry.path().is_dir() {
                names.push(clean(&folder.join(name)).display().to_string());
            }
        }
        names.sort();
        Some(names)
    }

    fn body(&mut self, name: &str) -> Option<Body> {
        let text = match fs::read(self.dir.join(name)) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned()),
            Err(e) => Err(reason(&e)),
        };
        match text {
            Ok(text) => {
                let id = self.sources.add(name, text.as_str());
                let (body, errors) = parse(name, id, &text);
                self.found.extend(errors);
                Some(body)
            }
            Err(why) => {
                self.found.push(Diagnostic::error("Failed to read file", format!("{name} cannot be read: {why}.")));
                None
            }
        }
    }

    fn file(&mut self, name: &str) -> Option<TestFile> {
        let body = self.body(name)?;
        let mut checker = Checker { found: Diagnostics::new(), sources: &self.sources };
        checker.only(&body, None, &[], BLOCKS);
        let mut file = TestFile {
            name: name.to_owned(),
            variables: Vec::new(),
            providers: BTreeMap::new(),
            overrides: checker.overrides(&body, overrides::KINDS, Phase::default()),
            runs: Vec::new(),
        };
        let mut pending: Vec<(ProviderRef, String, Span)> = Vec::new();
        let mut variables: Option<Span> = None;
        for block in &body.blocks {
            match &*block.kind.name {
                "run" => run(&mut checker, block, &mut file.runs),
                "variables" => {
                    if let Some(first) = variables {
                        let place = checker.place(first);
                        let detail = format!("This test file already has a variables block defined at {place}.");
                        checker.error("Multiple \"variables\" blocks", detail, block.header, block.header);
                        continue;
                    }
                    variables = Some(block.header);
                    file.variables.clone_from(&block.body.attributes);
                }
                "provider" => {
                    if let Some(provider) = provider(&mut checker, block) {
                        let key = (provider.name.name.clone(), provider.alias.clone());
                        add(&mut checker, &mut file, key, TestProvider::Real(provider));
                    }
                }
                "mock_provider" => {
                    if let Some((mock, source)) = checker.mock_provider(block) {
                        let key = (mock.name.name.clone(), mock.alias.clone());
                        if add(&mut checker, &mut file, key.clone(), TestProvider::Mock(mock)) {
                            pending.extend(source.map(|(folder, span)| (key, folder, span)));
                        }
                    }
                }
                // Settings of how the tests of a file run: they run in order here.
                "test" => checker.only(&block.body, Some(block.header), &["parallel"], &[]),
                _ => {}
            }
        }
        let found = checker.found;
        self.found.extend(found);
        for (key, folder, span) in pending {
            if let Some(TestProvider::Mock(mock)) = file.providers.get_mut(&key) {
                self.mocks(&folder, span, mock);
            }
        }
        Some(file)
    }

    /// Adds the mocks of a folder to those of the block that names it.
    fn mocks(&mut self, folder: &str, span: Span, mock: &mut MockProvider) {
        let Some(names) = self.list(&clean(Path::new(folder)), &[".tfmock.hcl", ".tfmock.json"], true) else {
            let detail = format!("The directory {folder} does not exist or cannot be read.");
            self.found.push(Diagnostic::error("Failed to read mock directory", detail).at(span).within(mock.header));
            return;
        };
        for name in names {
            let Some(body) = self.body(&name) else { continue };
            let mut checker = Checker { found: Diagnostics::new(), sources: &self.sources };
            checker.only(&body, None, &[], mocks::KINDS);
            checker.mocks(&body, mock);
            let found = checker.found;
            self.found.extend(found);
        }
    }

    /// Reads the modules that runs name, each folder once.
    fn modules(&mut self, files: &mut [TestFile]) -> BTreeMap<String, Loaded> {
        let installed = Manifest::read(self.dir);
        // A folder is read once, for the first run that names it.
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for file in files {
            let path = path_of(file);
            for run in &mut file.runs {
                let Some(module) = &mut run.module else { continue };
                let local = module.source.starts_with("./") || module.source.starts_with("../");
                let key = path.child(&run.name.name).0.join(".");
                let folder = match (local, installed.0.get(&key).map(|entry| &entry.dir)) {
                    (true, _) => clean(Path::new(&module.source)),
                    (false, Some(folder)) if !folder.as_os_str().is_empty() => folder.clone(),
                    _ => {
                        self.found.push(
                            Diagnostic::error(
                                "Module not installed",
                                "This module is not yet installed. Run \"terraform init\" to install all modules required by this configuration.",
                            )
                            .at(module.span)
                            .within(run.header),
                        );
                        continue;
                    }
                };
                if !self.dir.join(&folder).is_dir() {
                    let detail = format!(
                        "The directory {} could not be read for module \"{}\".",
                        folder.display(),
                        run.name.name
                    );
                    self.found.push(
                        Diagnostic::error("Unreadable module directory", detail).at(module.span).within(run.header),
                    );
                    continue;
                }
                module.folder = folder.display().to_string();
                wanted.entry(module.folder.clone()).or_insert(key);
            }
        }
        let mut modules = BTreeMap::new();
        for (folder, key) in wanted {
            let mut loaded = load_called(self.dir, Path::new(&folder), &key, std::mem::take(&mut self.sources));
            self.sources = std::mem::take(&mut loaded.config.sources);
            if loaded.broken {
                self.found.extend(loaded.diagnostics.clone());
            }
            modules.insert(folder, loaded);
        }
        modules
    }
}

fn parse(name: &str, id: SourceId, text: &str) -> (Body, Diagnostics) {
    if name.ends_with(".json") { parse_json_tests(id, text) } else { parse_body(id, text) }
}

fn run(checker: &mut Checker<'_>, block: &Block, runs: &mut Vec<Run>) {
    let Some(run) = checker.run(block) else { return };
    if let Some(old) = runs.iter().find(|r| r.name.name == run.name.name) {
        let place = checker.place(old.header);
        let detail = format!("This test file already has a run named {} block defined at {place}.", run.name.name);
        checker.error("Duplicate \"run\" block names", detail, block.header, block.header);
        return;
    }
    runs.push(run);
}

fn provider(checker: &mut Checker<'_>, block: &Block) -> Option<ProviderConfig> {
    if !checker.labels(block, &["name"]) {
        return None;
    }
    let name = block.labels.first()?.clone();
    let alias = checker.text(&block.body, "alias", block.header).map(Name::from);
    let mut body = block.body.clone();
    body.attributes.retain(|a| !matches!(&*a.name.name, "alias" | "version"));
    Some(ProviderConfig { name, alias, body, header: block.header })
}

/// Whether the provider is the first of its name.
fn add(checker: &mut Checker<'_>, file: &mut TestFile, key: ProviderRef, provider: TestProvider) -> bool {
    if let Some(old) = file.providers.get(&key) {
        let place = checker.place(old.span());
        let detail = format!("A provider for {} is already defined at {place}.", shown(&key));
        checker.error("Duplicate provider block", detail, provider.span(), provider.span());
        return false;
    }
    file.providers.insert(key, provider);
    true
}

internal import CEL
internal import YAML

// Ansible: tasks that write lines into files of sysctl.d, and those that run sysctl.
// https://docs.ansible.com/ansible/latest/collections/ansible/builtin/
extension ForeignFile {
  /// The arguments of modules that hold lines of a file.
  private static let lineArguments = [
    "lineinfile": ["line"], "blockinfile": ["block", "content"], "copy": ["content"],
  ]
  private static let commands: Set<String> = ["command", "shell", "raw"]

  /// Reads a task of another module than `sysctl`.
  mutating func readTask(
    _ task: YAMLNode, module: String, arguments: YAMLNode, _ context: AnsibleContext
  ) {
    let builtin = "ansible.builtin."
    let module = module.hasPrefix(builtin) ? String(module.dropFirst(builtin.count)) : module
    if Self.commands.contains(module) {
      readCommand(task, arguments: arguments, context)
    } else if let names = Self.lineArguments[module] {
      readLines(task, names, arguments: arguments, context)
    }
  }

  private mutating func readCommand(
    _ task: YAMLNode, arguments: YAMLNode, _ context: AnsibleContext
  ) {
    let isScalar = arguments.text != nil
    let command =
      isScalar ? arguments : arguments["cmd"] ?? arguments["argv"] ?? arguments["_raw_params"]
    let others = task["args"]
    guard let command = command ?? others?["cmd"] ?? others?["argv"] else { return }
    let ignores = ignoresFailure(task, context)
    let dependent: SysctlStatement.Dependent? = task["failed_when"] == nil ? .task : nil
    guard let text = written(command), text.text.hasVariables, hasLoop(task) else {
      let found = assignments(ofCommand: command)
      return add(.ansible, found, ignoresFailure: ignores, dependent: dependent, context: context)
    }
    for item in items(of: task) {
      guard mayLookAt(text.text.utf8.count) else { return }
      guard let text = item.filledIn(text) else {
        if ShellWords(text.text).words.contains(where: { $0.text.hasSuffix("sysctl") }) {
          addTemplated()
        }
        continue
      }
      let found = ShellCommands(ShellWords(text.text).words).assignments
        .map { $0.moved { _ in text.range } }
      add(.ansible, found, ignoresFailure: ignores, dependent: dependent, context: context)
    }
  }

  // MARK: Lines

  /// Whether a path is that of a file that is read at boot.
  private static func isRead(_ path: String) -> Bool {
    let place = SysctlFile(path: path, content: .nothing(nil)).place
    return place.tree == "/" && place.directory != SysctlFile.directories.count
      && path.hasSuffix(".conf")
  }

  private mutating func readLines(
    _ task: YAMLNode, _ names: [String], arguments: YAMLNode, _ context: AnsibleContext
  ) {
    let values = Arguments(arguments, task["args"], in: self)
    let path = ["path", "dest", "destfile", "name"].lazy.compactMap { values[$0] }.first
    guard let path, Self.isRead(path.text), values["state"]?.text != "absent",
      (values["backrefs"]?.text).flatMap(Self.boolean) != true
    else { return }
    for name in names {
      guard let text = values[name] else { continue }
      guard text.text.hasVariables, hasLoop(task) else {
        if let node = arguments[name] ?? task["args"]?[name],
          let (text, places) = textAndPlaces(node)
        {
          addLines(text, context, places.range)
        } else if !text.text.hasVariables {
          addLines(text.text, context) { _ in text.range }
        }
        continue
      }
      for item in items(of: task) {
        guard mayLookAt(text.text.utf8.count) else { return }
        if let text = item.filledIn(text) {
          addLines(text.text, context) { _ in text.range }
        } else {
          addTemplated()
        }
      }
    }
  }

  /// Notes lines of sysctl.d(5).
  ///
  /// - Parameter place: where a part of them stands.
  private mutating func addLines(
    _ text: String, _ context: AnsibleContext, _ place: (Range<Int>) -> Range<Int>
  ) {
    let lines = SysctlFileText(Array(text.utf8), path: source.path, dialect: .systemd)
    var starts = [0]
    for (index, scalar) in text.unicodeScalars.enumerated() where scalar == "\n" {
      starts.append(index + 1)
    }
    func range(_ part: SourceLocation) -> Range<Int> {
      let start = starts[min(part.line ?? 1, starts.count) - 1] + (part.column ?? 1) - 1
      return place(start..<start + max((part.endColumn ?? 1) - (part.column ?? 1), 0))
    }
    for line in lines.skipped where line.namesParameter {
      if !TemplateMask.isTemplated(line.text) { addSkipped(line.text, at: range(line.location)) }
    }
    for statement in lines.statements {
      guard let value = statement.value, let valueLocation = statement.valueLocation else {
        continue
      }
      let valueText = String(decoding: value, as: UTF8.self)
      let key = statement.key.dotted
      if [key, valueText].contains(where: { TemplateMask.isTemplated($0) || $0.hasVariables }) {
        addTemplated()
      } else {
        add(
          .ansible, key: Text(text: key, range: range(statement.keyLocation)),
          value: Text(text: valueText, range: range(valueLocation)),
          ignoresFailure: statement.ignoresFailure, context: context)
      }
    }
  }
}

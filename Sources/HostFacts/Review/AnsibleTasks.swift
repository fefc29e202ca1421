internal import YAML

// Ansible: tasks with the module `sysctl` in files of tasks and handlers, in plays and in blocks;
// AnsibleFiles.swift has other modules. A loop over items that are written out is followed; what comes
// from variables is counted only.
// https://docs.ansible.com/ansible/latest/collections/ansible/posix/sysctl_module.html
extension ForeignFile {
  private static let modules: Set<String> = [
    "sysctl", "ansible.posix.sysctl", "ansible.builtin.sysctl",
  ]
  /// Keys whose lists hold tasks.
  private static let lists: Set<String> = [
    "tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always",
  ]
  private static let depthLimit = 16
  /// No task and no play has as many.
  private static let mostEntries = 1000

  /// What plays and blocks say of the tasks in them.
  struct AnsibleContext {
    /// The hosts of the play.
    var hosts: String?
    /// Whether a condition decides on which of them a task runs.
    var isConditional = false
    /// Whether a play goes on where one fails.
    var ignoresErrors = false

    private static let longestHosts = 4096

    /// What holds for what is in a play, a block or a task.
    func within(_ node: YAMLNode) -> AnsibleContext {
      var result = self
      if let hosts = node["hosts"] {
        let names = hosts.text.map { [$0] } ?? hosts.elements.compactMap(\.text)
        result.hosts = String(names.joined(separator: ",").prefix(Self.longestHosts))
      }
      result.isConditional =
        isConditional || node["when"] != nil || node["delegate_to"] != nil
        || node["local_action"] != nil
      if let ignores = node["ignore_errors"]?.text.flatMap(ForeignFile.boolean) {
        result.ignoresErrors = ignores
      }
      result.ignoresErrors = result.ignoresErrors || node["rescue"] != nil
      return result
    }
  }

  mutating func readAnsible(
    _ node: YAMLNode, in context: AnsibleContext = AnsibleContext(), depth: Int = 0
  ) {
    guard depth < Self.depthLimit else { return }
    for task in node.elements where task.entries.count <= Self.mostEntries {
      let context = context.within(task)
      for entry in task.entries {
        if Self.modules.contains(entry.key) {
          readTask(task, arguments: entry.value, context)
        } else if Self.lists.contains(entry.key) {
          readAnsible(entry.value, in: context, depth: depth + 1)
        } else if entry.key == "action" || entry.key == "local_action",
          let module = entry.value["module"]?.text, Self.modules.contains(module)
        {
          readTask(task, arguments: entry.value, context)
        } else {
          readTask(task, module: entry.key, arguments: entry.value, context)
        }
      }
    }
  }

  private mutating func readTask(
    _ task: YAMLNode, arguments: YAMLNode, _ context: AnsibleContext
  ) {
    let arguments = Arguments(arguments, task["args"], in: self)
    guard let key = arguments["name"] ?? arguments["key"] else { return }
    if arguments["state"]?.text == "absent" { return }
    guard let value = arguments["value"] ?? arguments["val"] else { return }
    func isOn(_ text: String?) -> Bool? { text.flatMap(Self.boolean) }
    let ignores = isOn(arguments["ignoreerrors"]?.text) == true || ignoresFailure(task, context)
    // It writes a file of sysctl.d; only then does it run sysctl.
    let isRead =
      isOn(arguments["reload"]?.text) != false || isOn(arguments["sysctl_set"]?.text) == true
    for item in items(of: task) {
      guard mayLookAt(key.text.utf8.count + value.text.utf8.count) else { return }
      guard let key = item.filledIn(key), let value = item.filledIn(value) else {
        addTemplated()
        continue
      }
      add(
        .ansible, key: key,
        value: Text(text: Self.moduleValue(value.text), range: value.range),
        ignoresFailure: ignores,
        dependent: isRead && !ignores && task["failed_when"] == nil ? .task : nil, context: context)
    }
  }

  /// Whether a play goes on where a task fails, or the task cannot.
  func ignoresFailure(_ task: YAMLNode, _ context: AnsibleContext) -> Bool {
    context.ignoresErrors || task["failed_when"]?.text.flatMap(Self.boolean) == false
  }

  /// What the module writes for a value: booleans as numbers.
  private static func moduleValue(_ text: String) -> String {
    switch text.lowercased() {
    case "y", "yes", "on", "true", "t": "1"
    case "n", "no", "off", "false", "f": "0"
    default: trimmed(text)
    }
  }

  // MARK: Arguments

  /// The arguments of a module: a mapping, or the older text `name=… value="…"`.
  struct Arguments {
    private var values: [String: Text] = [:]

    init(_ node: YAMLNode, _ more: YAMLNode?, in file: ForeignFile) {
      for entry in (more?.entries ?? []) + node.entries {
        values[entry.key] = file.written(entry.value)
      }
      guard let text = file.written(node) else { return }
      for word in ShellWords(text.text).words {
        guard let equals = word.text.firstIndex(of: "=") else { continue }
        let value = String(word.text[word.text.index(after: equals)...])
        values[String(word.text[..<equals])] = Text(text: value, range: text.range)
      }
    }

    subscript(_ name: String) -> Text? { values[name] }
  }

  // MARK: Loops

  /// What `item` stands for in one round of a loop.
  enum Item {
    /// There is no loop.
    case none
    case scalar(Text)
    case fields([String: Text])
    /// Something that is not written out.
    case unknown

    private static let longestText = 65_536

    /// A text with the item filled in where the text is nothing else, or holds it; nil where
    /// anything else in it is a variable.
    func filledIn(_ text: Text) -> Text? {
      guard text.text.utf8.count < Self.longestText else { return nil }
      var rest = text.text[...]
      var result = ""
      var range = text.range
      while let open = rest.firstRange(ofPair: "{") {
        guard let close = rest[open.upperBound...].firstRange(ofPair: "}") else { return nil }
        let name = trimmed(rest[open.upperBound..<close.lowerBound])
        guard let value = value(of: name) else { return nil }
        // No parameter takes more; a page is what one write(2) to /proc/sys may have.
        guard result.utf8.count + value.text.utf8.count < 4096 else { return nil }
        result += rest[..<open.lowerBound] + value.text
        range = value.range
        rest = rest[close.upperBound...]
      }
      result += rest
      return result.hasVariables ? nil : Text(text: result, range: range)
    }

    private func value(of name: String) -> Text? {
      switch self {
      case .scalar(let text): return name == "item" ? text : nil
      case .fields(let fields):
        for (key, value) in fields
        where name == "item.\(key)" || name == "item['\(key)']" || name == "item[\"\(key)\"]" {
          return value
        }
        return nil
      case .none, .unknown: return nil
      }
    }
  }

  private static let mostItems = 1000

  /// Whether a task is repeated.
  func hasLoop(_ task: YAMLNode) -> Bool {
    Self.loops.contains { task[$0] != nil } || task["with_dict"] != nil
  }

  private static let loops = ["loop", "with_items", "with_list", "with_flattened"]

  func items(of task: YAMLNode) -> [Item] {
    for key in Self.loops {
      guard let list = task[key] else { continue }
      guard case .sequence(let nodes) = list.content else { return [.unknown] }
      // with_items takes lists apart, one level.
      let items = key == "loop" ? nodes : nodes.flatMap { $0.elements.isEmpty ? [$0] : $0.elements }
      return items.prefix(Self.mostItems).map(item)
    }
    guard let dictionary = task["with_dict"] else { return [.none] }
    guard case .mapping(let entries) = dictionary.content else { return [.unknown] }
    return entries.prefix(Self.mostItems).map { entry in
      guard let value = written(entry.value) else { return .unknown }
      return .fields(["key": writtenKey(entry), "value": value])
    }
  }

  private func item(_ node: YAMLNode) -> Item {
    if let text = written(node) { return .scalar(text) }
    guard case .mapping(let entries) = node.content else { return .unknown }
    var fields: [String: Text] = [:]
    for entry in entries { fields[entry.key] = written(entry.value) }
    return .fields(fields)
  }
}

extension Substring {
  /// The first place where a character stands twice.
  fileprivate func firstRange(ofPair character: Character) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      let next = self.index(after: index)
      if self[index] == character, next < endIndex, self[next] == character {
        return index..<self.index(after: next)
      }
      index = next
    }
    return nil
  }
}

internal import CEL

/// A statement with what is known of it: a line that gives a kernel parameter a value.
struct SysctlAssignment: Sendable {
  /// As it is written.
  var statement: SysctlStatement
  /// Whether the key gets this value from here; unavailable where a file that decides could not be
  /// read.
  var isInEffect: Reading<Bool>
  /// What wins over it.
  var overriddenBy: Reading<SysctlOverride>
  var judgement: SysctlJudgement
  /// Of a pod: where a kubelet's configuration allows it.
  var allowance: KubeletAllowance?

  /// Its text; empty where it has none.
  var value: String { statement.value.map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

/// The statement that wins over another.
struct SysctlOverride: Hashable, Sendable {
  var path: String
  var line: Int
  /// Nil where it says to leave the key alone.
  var value: String?
  var writer: SysctlWriter
  var location: SourceLocation

  init(_ statement: SysctlStatement) {
    path = statement.path
    line = statement.keyLocation.line ?? 1
    value = statement.value.map { String(decoding: $0, as: UTF8.self) }
    writer = statement.writer
    location = statement.location
  }
}

extension SysctlAssignment: FactObject {
  static let typeName = "SysctlAssignment"
  static let documentation = """
    A line that sets a kernel parameter, and whether it wins: of sysctl.d(5), or of another writer.
    """
  var factOrigin: Origin? { .file(statement.location) }

  static let fields: FactFields<SysctlAssignment> = [
    .init("key", \.key, "The key with dots; a slash stands for a dot in a name."),
    .init("pattern", \.isPattern, "Whether the key is a pattern, see glob(7)."),
    .init("value", \.value, "As it is written, without blanks at its ends; empty without one."),
    .init(
      "has_value", \.hasValue,
      "False for `-key` alone, which leaves a key to whoever else sets it."),
    .init(
      "writer", \.writer,
      """
      Who writes it: `systemd-sysctl`, `procps`, `sysctl.conf`, `kernel command line`, \
      `tmpfiles`, `unit`, `tuned`, `ansible`, `kubernetes`, `compose`, `container` (a command of \
      one) or `dockerfile`.
      """),
    .init("path", \.path, "The file.", key: true),
    .init("line", \.line, "The line, from 1.", key: true),
    .init("source_text", \.sourceText, "The line, without blanks at its ends."),
    .init(
      "ignore_failure", \.ignoresFailure,
      "Whether a failure to write it is to be ignored: a dash before it, or `sysctl -e`."),
    .init(
      "if_missing", \.ifMissing,
      """
      What fails where the kernel has no such key, and what is said then, a clause; absent where a \
      warning is all.
      """, optional: true),
    .init("vendor", \.isVendors, "Whether the file is in `/usr/lib` or `/lib`."),
    .init("in_effect", \.isInEffect, "Whether the key gets this value."),
    .init("overridden_by", \.overriddenBy, "What wins over it.", optional: true),
    .init("catalogued", \.isCatalogued, "Whether Sockwise knows the key's type."),
    .init(
      "known", \.known,
      """
      What the table of names says of the key, for the kernels in question: `known`, `removed`, \
      `not_yet`, `unknown`, or `not_judged` where the table says nothing of such keys.
      """),
    .init(
      "affected_kernels", \.affectedKernels,
      "Of the kernels in question, those that lack the key."),
    .init(
      "suggestion", \.suggestion, "The key that was probably meant.", optional: true),
    .init("removed_in", \.removedIn, "The first kernel without the key.", optional: true),
    .init("added_in", \.addedIn, "The first kernel with the key.", optional: true),
    .init("refused", \.refused, "Why the kernel refuses the value.", optional: true),
    .init(
      "refused_kind", \.refusedKind,
      """
      What is wrong with a value that the kernel refuses: `read_only` (any would be), `empty`, \
      `quotes` or `comment` (they are taken for part of it), `form` (it is no number, list of ports \
      or name), `amount` (too small or too large) or `misspelt` (like a name that is known).
      """, optional: true),
    .init(
      "refused_by_newest", \.refusedByNewest,
      "Of a value that the kernel refuses: whether the newest of the kernels in question does.",
      optional: true),
    .init(
      "namespaced", \.isNamespaced,
      "Whether each network namespace has a value of its own that it may set.", optional: true),
    .init(
      "container_namespace", \.containerNamespace,
      """
      The namespace of a container that its runtime takes the key to be of: `network`, `ipc` or \
      `uts`; absent where it is the whole host's.
      """, optional: true),
    .init(
      "vlan_spelling", \.vlanSpelling,
      "How to write the key of an interface with a dot in its name.", optional: true),
    .init(
      "near_comment", \.nearComment, "Comments within three lines, one a line.", optional: true),
    .init(
      "host_namespace", \.usesHostNamespace,
      """
      Of a pod, or a service of a compose file: whether the namespace that the key is of is the \
      host's; absent where the file does not tell.
      """,
      optional: true),
    .init(
      "kubelet_allows", \.kubeletAllows,
      "Of a pod: whether the configuration of a kubelet among the files lets pods set it.",
      optional: true),
    .init(
      "value_type", \.valueType,
      "Of a pod: what the value is to YAML: `text`, `number` or `boolean`.", optional: true),
  ]

  var key: String { statement.key.dotted }
  var isPattern: Bool { statement.key.isPattern }
  var hasValue: Bool { statement.value != nil }
  var writer: String { statement.writer.rawValue }
  var path: String { statement.path }
  var line: Int { statement.keyLocation.line ?? 1 }
  var sourceText: String { statement.sourceText }
  var ignoresFailure: Bool { statement.ignoresFailure }
  var isVendors: Bool { statement.isVendors }
  var isCatalogued: Bool { judgement.isCatalogued }
  var known: String { judgement.known.rawValue }
  var affectedKernels: [String] { judgement.affectedKernels.map(\.description) }
  var suggestion: Reading<String> { optional(judgement.suggestion, "no key is like it") }
  var removedIn: Reading<String> { optional(judgement.removedIn, "it was not removed") }
  var addedIn: Reading<String> {
    optional(judgement.addedIn, "it is not newer than the kernels in question")
  }
  var refused: Reading<String> {
    optional(judgement.refused?.text, "nothing is known against it")
  }
  var refusedKind: Reading<String> {
    optional(judgement.refused?.kind.rawValue, "nothing is known against it")
  }
  var refusedByNewest: Reading<Bool> {
    optional(judgement.refused?.isOfNewest, "nothing is known against it")
  }
  var isNamespaced: Reading<Bool> {
    optional(judgement.isNamespaced, "the catalogue does not have the key")
  }
  var containerNamespace: Reading<String> {
    optional(
      ContainerNamespace(of: statement.key)?.rawValue, "it is the whole host's")
  }
  var valueType: Reading<String> {
    optional(statement.valueType?.rawValue, "it is not of a pod")
  }
  var vlanSpelling: Reading<String> {
    optional(judgement.vlanSpelling, "it does not look like an interface with a dot in its name")
  }
  var nearComment: Reading<String> { optional(statement.nearComment, "there is no comment near") }
  var usesHostNamespace: Reading<Bool> {
    optional(statement.usesHostNamespace, "it is not of a container, or the file does not tell")
  }
  var ifMissing: Reading<String> {
    let path = "/proc/sys/\(String(decoding: statement.key.path, as: UTF8.self))"
    let ofRuntime = "(\"open \(path): no such file or directory\")"
    let ofSysctl = "(\"sysctl: cannot stat \(path): No such file or directory\")"
    let clause: String? =
      switch statement.dependent {
      // Its runtime looks at the name of a key before it opens it.
      case .container
      where ContainerNamespace(of: statement.key) == nil || statement.usesHostNamespace == true:
        "the container does not start"
      case .container: "the container does not start \(ofRuntime)"
      case .pod where allowance == nil: "a kubelet refuses the pod (SysctlForbidden)"
      case .pod: "the pod does not start \(ofRuntime)"
      case .unit: "the unit fails \(ofSysctl)"
      case .task: "the task fails \(ofSysctl)"
      case .command: "the container's command fails"
      case nil: nil
      }
    return optional(clause, "a warning is all that comes of it")
  }
  var kubeletAllows: Reading<Bool> {
    guard statement.writer == .kubernetes else { return .absent("it is not of a pod") }
    return .value(allowance != nil, .file(allowance?.location ?? statement.location))
  }

  private func optional<Value: Sendable>(_ value: Value?, _ why: String) -> Reading<Value> {
    value.map { .value($0, .file(statement.location)) } ?? .absent(why)
  }
}

extension SysctlOverride: FactObject {
  static let typeName = "SysctlOverride"
  static let documentation = "A line that wins over another."
  var factOrigin: Origin? { .file(location) }

  static let fields: FactFields<SysctlOverride> = [
    .init("path", \.path, "The file."),
    .init("line", \.line, "The line, from 1."),
    .init(
      "value", \.valueReading, "As it is written; absent where it leaves the key alone.",
      optional: true),
    .init("writer", \.writerName, "Who writes it."),
  ]

  var writerName: String { writer.rawValue }
  var valueReading: Reading<String> {
    value.map { .value($0, .file(location)) } ?? .absent("it leaves the key alone")
  }
}

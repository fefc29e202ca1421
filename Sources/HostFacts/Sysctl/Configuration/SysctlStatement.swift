internal import CEL

/// Who writes a kernel parameter.
enum SysctlWriter: String, Hashable, Sendable, CaseIterable {
  /// The files of sysctl.d, as systemd-sysctl(8) reads them at boot.
  case systemdSysctl = "systemd-sysctl"
  /// The same files where `sysctl --system` of procps reads them.
  case procps
  /// `/etc/sysctl.conf`, which procps reads after sysctl.d. systemd never does, except through a
  /// link in sysctl.d.
  case sysctlConf = "sysctl.conf"
  /// `sysctl.KEY=VALUE` on the kernel's command line, before PID 1 starts.
  case commandLine = "kernel command line"
  /// A line of tmpfiles.d(5) that writes below `/proc/sys`.
  case tmpfiles
  /// `sysctl -w` in a command of a unit.
  case unit
  /// The active profile of TuneD.
  case tuned
  /// A sysctl of a pod or of a service, which its runtime sets before it starts.
  case kubernetes, compose
  /// A command of a container, of a pod or a service.
  case container
  case ansible, dockerfile

  /// Whether what it writes holds in a network namespace of its own, where nothing else of this list
  /// writes.
  var hasNamespaceOfItsOwn: Bool {
    switch self {
    case .kubernetes, .compose, .container, .dockerfile: true
    default: false
    }
  }
}

/// When TuneD writes a value: `>` and `<` before it mean only where it is above, or below, what there
/// is (`_process_assignment_modifiers` of its plugins/base.py).
enum SysctlCondition: UInt8, Hashable, Sendable {
  case raises = 0x3E
  case lowers = 0x3C

  /// Whether a value is written over another; what is no number is.
  func holds(_ new: [UInt8], over old: [UInt8]) -> Bool {
    guard case .integer(let new)? = KernelNumber(new)?.value,
      case .integer(let old)? = KernelNumber(old)?.value
    else { return true }
    return self == .raises ? new > old : new < old
  }
}

/// One assignment as it is written somewhere, before anything is known of who wins.
struct SysctlStatement: Hashable, Sendable {
  var writer: SysctlWriter
  var key: SysctlKey
  /// Nil for `-key` without a value: whoever reads it leaves the key alone.
  var value: [UInt8]?
  /// Whether a failure to write it is to be ignored.
  var ignoresFailure = false
  /// Where the key stands. Columns count Unicode scalars from 1.
  var keyLocation: SourceLocation
  /// Where the value stands; nil where there is none.
  var valueLocation: SourceLocation?
  /// The line as it is written, without blanks at its ends.
  var sourceText: String
  /// What comments within three lines say.
  var nearComment: String?
  /// Of a pod or a service: whether the namespace that the key is of is the host's; nil where the file
  /// does not tell.
  var usesHostNamespace: Bool?
  /// What fails with the line where the kernel refuses it; nil where a warning is all that comes of it.
  var dependent: Dependent?
  /// Of a pod: what the value is to YAML.
  var valueType: ScalarType?
  /// Of a play of Ansible: the hosts that it names.
  var hosts: String?
  /// Of a task of Ansible: whether it has a condition, or is in a block that has one.
  var isConditional = false
  /// Of TuneD: when it is written; nil for always.
  var condition: SysctlCondition?
  /// The key's path exactly as procps compares it: unsimplified. Other readers have none.
  var procpsPath: [UInt8]?

  /// What does not go on without a line.
  enum Dependent: Hashable, Sendable {
    case container, pod, unit
    /// Of a play.
    case task
    /// Of a container.
    case command
  }

  /// What a scalar without quotes stands for.
  enum ScalarType: String, Hashable, Sendable { case text, number, boolean }

  init(
    writer: SysctlWriter, key: SysctlKey, value: [UInt8]?, ignoresFailure: Bool = false,
    keyLocation: SourceLocation, valueLocation: SourceLocation?, sourceText: String,
    nearComment: String? = nil, usesHostNamespace: Bool? = nil,
    dependent: Dependent? = nil, valueType: ScalarType? = nil
  ) {
    self.writer = writer
    self.key = key
    self.value = value
    self.ignoresFailure = ignoresFailure
    self.keyLocation = keyLocation
    self.valueLocation = valueLocation
    self.sourceText = sourceText
    self.nearComment = nearComment
    self.usesHostNamespace = usesHostNamespace
    self.dependent = dependent
    self.valueType = valueType
  }

  /// From the key's first column to the value's last; the key alone where the value is on another
  /// line or before it, as YAML allows.
  var location: SourceLocation {
    var location = keyLocation
    guard let value = valueLocation, value.line == location.line, let end = value.endColumn,
      end > location.endColumn ?? location.column ?? 1
    else { return location }
    location.endColumn = end
    return location
  }

  var path: String { keyLocation.path }

  /// Whether its file is a distribution's rather than the administrator's.
  var isVendors: Bool {
    path.utf8.starts(with: "/usr/lib/".utf8) || path.utf8.starts(with: "/lib/".utf8)
      || SysctlFile(path: path, content: .nothing(nil)).isVendors
  }
}

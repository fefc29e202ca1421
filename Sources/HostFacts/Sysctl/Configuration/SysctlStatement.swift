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
  case ansible, kubernetes, compose, dockerfile

  /// Whether what it writes holds in a network namespace of its own, where nothing else of this list
  /// writes.
  var hasNamespaceOfItsOwn: Bool {
    switch self {
    case .kubernetes, .compose, .dockerfile: true
    default: false
    }
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
  /// Of a pod: whether it uses the host's network namespace.
  var usesHostNetwork: Bool?
  /// The key's path exactly as procps compares it: unsimplified. Other readers have none.
  var procpsPath: [UInt8]?

  init(
    writer: SysctlWriter, key: SysctlKey, value: [UInt8]?, ignoresFailure: Bool = false,
    keyLocation: SourceLocation, valueLocation: SourceLocation?, sourceText: String,
    nearComment: String? = nil, usesHostNetwork: Bool? = nil
  ) {
    self.writer = writer
    self.key = key
    self.value = value
    self.ignoresFailure = ignoresFailure
    self.keyLocation = keyLocation
    self.valueLocation = valueLocation
    self.sourceText = sourceText
    self.nearComment = nearComment
    self.usesHostNetwork = usesHostNetwork
  }

  /// From the key's first column to the value's last.
  var location: SourceLocation {
    var location = keyLocation
    if let end = valueLocation?.endColumn { location.endColumn = end }
    return location
  }

  var path: String { keyLocation.path }

  /// Whether its file is a distribution's rather than the administrator's.
  var isVendors: Bool {
    path.utf8.starts(with: "/usr/lib/".utf8) || path.utf8.starts(with: "/lib/".utf8)
      || SysctlFile(path: path, content: .nothing(nil)).isVendors
  }
}

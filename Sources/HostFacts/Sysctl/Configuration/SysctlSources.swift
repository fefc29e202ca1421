/// Everything that sets kernel parameters of one host at boot.
struct SysctlSources: Sendable {
  /// Files in the directories of sysctl.d(5) and `/etc/sysctl.conf`, in any order.
  var files: [SysctlFile] = []
  var sysctlConf = SysctlFileSelection.SysctlConf.never
  var dialect = SysctlDialect.systemd
  /// Statements of other writers, in the order of boot.
  var others: [SysctlStatement] = []
  /// Whether TuneD writes what `/run/sysctl.d`, `/etc/sysctl.d` and `/etc/sysctl.conf` say once more,
  /// after its profile (`reapply_sysctl` of tuned-main.conf, its default).
  var tunedReapplies = true
  /// Why there may be more files; nil where there are not.
  var gap: Unreadable?
}

extension SysctlSources {
  /// The files of an image that are all there: `/etc/sysctl.conf` has the readers that it has, and
  /// systemd none but a link to it.
  init(files: [SysctlFile], ofImageReadBy dialect: SysctlDialect) {
    self.init(files: files, sysctlConf: dialect.isProcps ? .last : .never, dialect: dialect)
    guard !dialect.isProcps,
      let index = files.firstIndex(where: { $0.place.directory == nil }),
      case .bytes(let bytes) = files[index].content,
      files.indices.contains(where: { other in
        guard other != index, case .bytes(bytes) = files[other].content else { return false }
        return SysctlFileSelection.whySkipped(files[other].name, dialect) == nil
      })
    else { return }
    self.files.remove(at: index)
  }
}

/// A journald of a test's own, in private mounts, with journals in a temporary directory. That of the
/// machine is not touched.
public final class PrivateJournal: Sendable {
  private let directory: TemporaryDirectory

  private static let journald = "/lib/systemd/systemd-journald"
  private static let catalogs = "/usr/lib/systemd/catalog"

  public init() throws(SystemCallError) { directory = try TemporaryDirectory() }

  /// What is missing on this machine; nil for nothing.
  public static let missing: String? = {
    for program in [journald, "/usr/bin/journalctl", "/usr/bin/setpriv", "/etc/machine-id"] {
      let test = Subprocess(program: "/bin/sh", arguments: ["-c", "test -s \(program)"])
      if (try? test.run().status) != 0 { return "there is no \(program); make setup-tests" }
    }
    return nil
  }()

  /// For ``BuiltBinary/run(_:environment:input:output:as:memoryLimit:through:ownMounts:_:)``, with
  /// mounts of its own: the program finds a journald.
  ///
  /// Its settings keep it from reading the kernel's messages, from forwarding to other places, and
  /// from turning the kernel's auditing on or off.
  public var script: String {
    """
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
    mount --bind '\(directory.path)' /run/log/journal
    if [ -e /dev/kmsg ]; then mount --bind /dev/null /dev/kmsg; fi
    cat >/run/systemd/journald.conf.d/test.conf <<'END'
    [Journal]
    Storage=volatile
    ReadKMsg=no
    Audit=
    ForwardToSyslog=no
    ForwardToKMsg=no
    ForwardToConsole=no
    ForwardToWall=no
    RateLimitIntervalSec=0
    RateLimitBurst=0
    SystemMaxUse=64M
    END
    SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=err \
      setpriv --pdeathsig KILL \(Self.journald) & journald=$!
    for try in $(seq 500); do [ -S /run/systemd/journal/socket ] && break; sleep 0.02; done
    status=0
    "$@" || status=$?
    journalctl --sync
    kill $journald
    wait $journald || true
    exit $status
    """
  }

  /// What was logged, in order, by name of field.
  public func entries(_ matches: [String] = []) throws -> [[String: ParsedJSON]] {
    try journalctl(["--output=json", "--all"] + matches).split(separator: "\n").map {
      try ParsedJSON(Array($0.utf8)).fields ?? [:]
    }
  }

  /// What `journalctl -x` shows with the catalog of this checkout.
  ///
  /// - Parameter locale: such as `zh_CN.UTF-8`, which need not be on this machine: that of C stands in
  ///   under its name.
  public func explained(locale: String) throws -> String {
    let script = """
      mount -t tmpfs tmpfs /run
      mkdir -p /run/catalog /run/locale
      cp '\(Checkout.root)/systemd/sockwise.catalog' /run/catalog/
      cp -r /usr/lib/locale/C.utf8 '/run/locale/\(locale)'
      mount --bind /run/catalog \(Self.catalogs)
      mount -t tmpfs tmpfs /var/lib/systemd/catalog
      journalctl --update-catalog
      LOCPATH=/run/locale LC_ALL='\(locale)' \
        exec journalctl --directory='\(directory.path)' --no-pager -x -t sockwise
      """
    return try run(
      Subprocess(
        program: "/usr/bin/unshare", arguments: ["--mount", "/bin/sh", "-euc", script]))
  }

  private func journalctl(_ arguments: [String]) throws -> String {
    try run(
      Subprocess(
        program: "/usr/bin/journalctl",
        arguments: ["--directory=\(directory.path)", "--no-pager", "--quiet"] + arguments))
  }

  private func run(_ command: Subprocess) throws -> String {
    var command = command
    command.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    let result = try command.run()
    guard result.status == 0 else {
      throw SystemCallError("journalctl: \(result.errors)", code: 5)
    }
    return result.output
  }
}

internal import CEL
internal import CLinuxShims
internal import Glibc

/// A network namespace to audit, open so that threads can enter it.
public struct NetworkNamespace: Sendable {
  /// Which one, as `--netns` says it.
  public enum Selection: Hashable, Sendable {
    /// That of this process.
    case own
    case process(Int32)
    /// A file such as `/run/netns/blue`.
    case path(String)

    /// Reads `self`, a process id, or a path (anything with a slash).
    public init?(_ argument: String) {
      if argument == "self" {
        self = .own
      } else if argument.utf8.contains(UInt8(ascii: "/")) {
        self = .path(argument)
      } else if let pid = Int32(argument), pid > 0 {
        self = .process(pid)
      } else {
        return nil
      }
    }

    /// `own`, `process` or `path`.
    public var kind: String {
      switch self {
      case .own: "own"
      case .process: "process"
      case .path: "path"
      }
    }

    /// The namespace in the words of a message.
    var words: String {
      switch self {
      case .own: "this process's network namespace"
      case .process(let pid): "the network namespace of process \(pid)"
      case .path(let path): "the network namespace '\(path)'"
      }
    }
  }

  /// Why a namespace cannot be audited; its description is a sentence for the user.
  public struct Failure: Error, Hashable, CustomStringConvertible, Sendable {
    public let description: String
  }

  public let selection: Selection
  /// Its number; nil where it is the own one and `/proc` does not tell.
  public let inode: UInt64?
  /// Nil where nothing is to be entered.
  private let handle: Handle?

  /// Keeps the namespace open for all threads that enter it.
  private final class Handle: Sendable {
    let file: FileDescriptor
    init(_ file: consuming FileDescriptor) { self.file = file }
  }

  static func open(_ selection: Selection, _ root: HostRoot = HostRoot()) throws(Failure)
    -> NetworkNamespace
  {
    guard root.isLive else {
      guard selection == .own else {
        throw Failure(description: "'\(root.path)' is not a running system: it has no namespaces")
      }
      return NetworkNamespace(selection: .own, inode: nil, handle: nil)
    }
    let own = try? root.status("/proc/thread-self/ns/net").inode
    let path: String
    switch selection {
    case .own: return NetworkNamespace(selection: .own, inode: own, handle: nil)
    case .process(let pid): path = "/proc/\(pid)/ns/net"
    case .path(let text): path = text
    }
    do throws(ReadFailure) {
      // Opening a device could act on it; a namespace looks like a regular file.
      try HostRoot.requireRegular(try root.status(path))
      let file = try root.descriptor(path, flags: O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      guard sockwise_namespace_type(file.number) == Int32(SOCKWISE_CLONE_NEWNET) else {
        throw .isA("no network namespace")
      }
      let inode = try HostRoot.status(of: file).inode
      // Entering the own one needs CAP_SYS_ADMIN like any other, and changes nothing.
      return NetworkNamespace(
        selection: selection, inode: inode, handle: inode == own ? nil : Handle(file))
    } catch {
      throw Failure(description: explain(error, selection))
    }
  }

  private static func explain(_ failure: ReadFailure, _ selection: Selection) -> String {
    switch (failure, selection) {
    case (.system(EACCES), .process), (.system(EPERM), .process):
      "\(selection.words) may not be opened; CAP_SYS_PTRACE (or root) is needed"
    case (.system(EACCES), _), (.system(EPERM), _): "\(selection.words) may not be opened"
    case (_, .process(let pid)) where failure.isAbsence: "there is no process \(pid)"
    case (_, .path(let path)) where failure.isAbsence: "there is no '\(path)'"
    case (.isA, .path(let path)): "'\(path)' is not a network namespace"
    default: "\(selection.words) cannot be opened: \(failure.unreadable("").reason)"
    }
  }

  /// Moves the calling thread, and only it, into the namespace.
  func enter() throws(Failure) {
    guard let handle else { return }
    guard sockwise_setns(handle.file.number, Int32(SOCKWISE_CLONE_NEWNET)) == 0 else {
      throw Failure(
        description: errno == EPERM
          ? "\(selection.words) may not be entered; CAP_SYS_ADMIN (or root) is needed"
          : "\(selection.words) cannot be entered: \(errnoText(errno))")
    }
  }

  /// Whether the calling thread is in the initial namespace: only there the kernel shows the
  /// settings that are one for the host (net/core/sysctl_net_core.c, net_core_table).
  static func callerIsInInitial(_ root: HostRoot) -> Reading<Bool> {
    let path = "/proc/sys/net/core/netdev_max_backlog"
    let origin = Origin.file(SourceLocation(path: path))
    do throws(ReadFailure) {
      _ = try root.status(path)
      return .value(true, origin)
    } catch {
      guard error.isAbsence, (try? root.status("/proc/sys/net/core")) != nil else {
        return .unavailable(
          root.hasProc ? error.unreadable(path) : .init("'/proc' is not mounted"))
      }
      return .value(false, origin)
    }
  }
}

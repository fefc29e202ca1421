internal import CEL
internal import CLinuxShims
internal import Glibc

/// Options of another process's socket, read from the socket itself: pidfd_open(2),
/// pidfd_getfd(2), getsockopt(2).
///
/// The duplicate keeps a listener alive whose owner dies, so it is closed at once and one socket is
/// looked at at a time. Nothing is done to it but getsockopt: its flags are the owner's too.
struct SocketOptions: Sendable {
  /// SO_REUSEADDR.
  var reuseAddress: Reading<Bool>
  /// SO_REUSEPORT.
  var reusePort: Reading<Bool>
  /// IPV6_V6ONLY; absent for IPv4 sockets.
  var v6Only: Reading<Bool>
  /// SO_BINDTODEVICE; absent where it is bound to none.
  var device: Reading<String>
  /// IP_BIND_ADDRESS_NO_PORT.
  var bindAddressNoPort: Reading<Bool>
  /// SO_ACCEPTCONN: whether it listens.
  var accepts: Reading<Bool>
  /// SO_LINGER in seconds, 0 for a reset on close; absent where it is off.
  var lingerSeconds: Reading<Int>

  /// The same reason for every option.
  static func unavailable(_ why: Unreadable) -> SocketOptions {
    SocketOptions(flags: .unavailable(why), device: .unavailable(why), linger: .unavailable(why))
  }

  /// Of a socket that no descriptor leads to.
  static func absent(_ why: String) -> SocketOptions {
    SocketOptions(flags: .absent(why), device: .absent(why), linger: .absent(why))
  }

  /// Reads the options of the socket that a process holds, if it still has this inode.
  static func read(
    _ holder: SocketHolders.Holder, of process: ProcessHandle, inode: UInt64, yama: Int?
  ) -> SocketOptions {
    guard let handle = process.descriptor else {
      return unavailable(refusal(process.failure, yama: yama))
    }
    let duplicate = sockwise_pidfd_getfd(handle, holder.descriptor, 0)
    guard duplicate >= 0 else { return unavailable(refusal(errno, yama: yama)) }
    let socket = FileDescriptor(owning: duplicate)
    guard let status = try? HostRoot.status(of: socket), status.kind == .socket,
      status.inode == inode
    else { return unavailable(.init("the descriptor changed hands while it was read")) }
    return SocketOptions(of: socket, "socket \(inode) of PID \(holder.pid)")
  }

  /// Reads the options of an open socket.
  init(of socket: borrowing FileDescriptor, _ name: String) {
    let number = socket.number
    func flag(_ level: Int32, _ option: Int32, _ label: String) -> Reading<Bool> {
      var value: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      guard unsafe getsockopt(number, level, option, &value, &size) == 0 else {
        return Self.missing(errno, label)
      }
      return .value(value != 0, .dump("getsockopt \(label), \(name)"))
    }
    reuseAddress = flag(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR")
    reusePort = flag(SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT")
    accepts = flag(SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN")
    v6Only = flag(Int32(IPPROTO_IPV6), IPV6_V6ONLY, "IPV6_V6ONLY")
    bindAddressNoPort = flag(
      Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT")
    lingerSeconds = Self.linger(of: number, name)
    var bytes = [UInt8](repeating: 0, count: Int(IFNAMSIZ))
    var size = socklen_t(bytes.count)
    if unsafe getsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, &bytes, &size) != 0 {
      device = Self.missing(errno, "SO_BINDTODEVICE")
    } else {
      let interface = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      device =
        interface.isEmpty
        ? .absent("it is bound to no device")
        : .value(interface, .dump("getsockopt SO_BINDTODEVICE, \(name)"))
    }
  }

  private init(flags: Reading<Bool>, device: Reading<String>, linger: Reading<Int>) {
    reuseAddress = flags
    reusePort = flags
    v6Only = flags
    bindAddressNoPort = flags
    accepts = flags
    self.device = device
    lingerSeconds = linger
  }

  private static func linger(of number: Int32, _ name: String) -> Reading<Int> {
    var value = Glibc.linger()
    var size = socklen_t(MemoryLayout<Glibc.linger>.size)
    guard unsafe getsockopt(number, SOL_SOCKET, SO_LINGER, &value, &size) == 0 else {
      return missing(errno, "SO_LINGER")
    }
    return value.l_onoff == 0
      ? .absent("SO_LINGER is off")
      : .value(Int(value.l_linger), .dump("getsockopt SO_LINGER, \(name)"))
  }

  /// ENOPROTOOPT, EOPNOTSUPP: sockets of this family have no such option.
  private static func missing<Value>(_ number: Int32, _ label: String) -> Reading<Value> {
    number == ENOPROTOOPT || number == EOPNOTSUPP
      ? .absent("a socket of this family has no \(label)")
      : .unavailable(.init("getsockopt \(label): \(errnoText(number))"))
  }

  /// Why a descriptor of another process cannot be had.
  ///
  /// `yama` is `kernel.yama.ptrace_scope`, nil where there is none: pidfd_getfd asks for the right
  /// to attach (PTRACE_MODE_ATTACH_REALCREDS), which Yama restricts.
  static func refusal(_ number: Int32, yama: Int?) -> Unreadable {
    switch number {
    case ENOSYS: .init("reading another process's socket options needs Linux 5.6")
    case EPERM, EACCES:
      switch yama {
      case 3:
        .init(
          "kernel.yama.ptrace_scope = 3 lets nobody read another process's socket options",
          grant: "a boot with kernel.yama.ptrace_scope below 3")
      case .some(1...):
        .init(
          "no permission to read another process's socket options "
            + "(kernel.yama.ptrace_scope = \(yama ?? 1))", grant: "CAP_SYS_PTRACE")
      default:
        .init(
          "no permission to read another process's socket options", grant: "CAP_SYS_PTRACE")
      }
    case ESRCH: .init("the process ended while its socket was looked at")
    case EBADF: .init("the socket was closed while it was looked at")
    default: .init("reading another process's socket options: \(errnoText(number))")
    }
  }
}

/// A process, by pidfd_open(2): its number cannot come to mean another one meanwhile.
final class ProcessHandle: Sendable {
  /// Nil where it could not be opened.
  let descriptor: Int32?
  /// errno where it could not be opened.
  let failure: Int32

  init(_ pid: Int32) {
    let number = sockwise_pidfd_open(pid, 0)
    failure = number < 0 ? errno : 0
    descriptor = number < 0 ? nil : number
  }

  deinit { if let descriptor { close(descriptor) } }
}

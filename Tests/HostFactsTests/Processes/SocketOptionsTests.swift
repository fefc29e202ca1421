import CEL
import Glibc
import Testing

@testable import HostFacts

/// A child's listener: descriptor and inode.
private func listener(_ setup: String, family: String = "AF_INET", prefix: String = "") -> Child {
  Child(
    python: """
      s = socket.socket(socket.\(family))
      \(setup)
      s.bind(("", 0))
      s.listen(7)
      ready(s.fileno(), os.fstat(s.fileno()).st_ino)
      """, prefix: prefix)
}

private func read(_ pid: Int32, _ descriptor: Int32, inode: UInt64, yama: Int? = nil)
  -> SocketOptions
{
  .read(
    .init(pid: pid, descriptor: descriptor), of: ProcessHandle(pid), inode: inode, yama: yama)
}

private func options(_ child: Child) throws -> SocketOptions {
  let descriptor = try #require(Int32(child.words[0]))
  let inode = try #require(UInt64(child.words[1]))
  return read(child.pid, descriptor, inode: inode)
}

@Suite(.enabled(if: geteuid() == 0, "options of other processes need root here"))
struct SocketOptionsTests {
  @Test func anIPv4ListenerWithoutOptions() throws {
    let options = try options(listener("pass"))
    #expect(options.reuseAddress.value == false)
    #expect(options.reusePort.value == false)
    #expect(options.bindAddressNoPort.value == false)
    #expect(options.accepts.value == true)
    #expect(options.v6Only == .absent("a socket of this family has no IPV6_V6ONLY"))
    #expect(options.device == .absent("it is bound to no device"))
    #expect(options.lingerSeconds == .absent("SO_LINGER is off"))
  }

  @Test func anIPv6ListenerWithOptions() throws {
    let child = listener(
      """
      s.setsockopt(1, 2, 1)
      s.setsockopt(1, 15, 1)
      s.setsockopt(41, 26, 1)
      s.setsockopt(0, 24, 1)
      s.setsockopt(1, 25, b"lo")
      s.setsockopt(1, 13, b"\\x01\\0\\0\\0\\x07\\0\\0\\0")
      """, family: "AF_INET6")
    let options = try options(child)
    #expect(options.reuseAddress.value == true)
    #expect(options.reusePort.value == true)
    #expect(options.v6Only.value == true)
    #expect(options.bindAddressNoPort.value == true)
    #expect(options.device.value == "lo")
    #expect(options.lingerSeconds.value == 7)
    #expect(
      options.reuseAddress.origin
        == .dump("getsockopt SO_REUSEADDR, socket \(child.words[1]) of PID \(child.pid)"))
  }

  @Test func aDatagramSocket() throws {
    let child = Child(
      python: """
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(1, 2, 1)
        s.bind(("127.0.0.1", 0))
        ready(s.fileno(), os.fstat(s.fileno()).st_ino)
        """)
    let options = try options(child)
    #expect(options.reuseAddress.value == true)
    #expect(options.accepts.value == false)
  }

  @Test func anotherSocketIsNotTakenForIt() throws {
    let child = listener("pass")
    let descriptor = try #require(Int32(child.words[0]))
    for number in [descriptor, 0] {
      let options = read(child.pid, number, inode: 1, yama: 0)
      #expect(
        options.reuseAddress
          == .unavailable(.init("the descriptor changed hands while it was read")))
    }
    let closed = read(child.pid, 999, inode: 1, yama: nil)
    #expect(
      closed.reusePort == .unavailable(.init("the socket was closed while it was looked at")))
    let ended = read(.max, 3, inode: 1, yama: nil)
    #expect(
      ended.reusePort == .unavailable(.init("the process ended while its socket was looked at")))
  }

  @Test func theDuplicateIsClosedAtOnce() throws {
    let child = listener("pass")
    let before = try HostRoot().names("/proc/self/fd").count
    for _ in 0..<20 { _ = try options(child) }
    // Other tests open descriptors meanwhile, but not twenty more.
    #expect(try HostRoot().names("/proc/self/fd").count < before + 20)
  }
}

@Suite struct SocketOptionsRefusalTests {
  static let permission = "no permission to read another process's socket options"

  @Test(arguments: [
    (EPERM, Int?.none, Unreadable(permission, grant: "CAP_SYS_PTRACE")),
    (EPERM, 0, Unreadable(permission, grant: "CAP_SYS_PTRACE")),
    (
      EPERM, 1,
      Unreadable(permission + " (kernel.yama.ptrace_scope = 1)", grant: "CAP_SYS_PTRACE")
    ),
    (
      EACCES, 2,
      Unreadable(permission + " (kernel.yama.ptrace_scope = 2)", grant: "CAP_SYS_PTRACE")
    ),
    (
      EPERM, 3,
      Unreadable(
        "kernel.yama.ptrace_scope = 3 lets nobody read another process's socket options",
        grant: "a boot with kernel.yama.ptrace_scope below 3")
    ),
    (ENOSYS, nil, Unreadable("reading another process's socket options needs Linux 5.6")),
    (
      EMFILE, nil,
      Unreadable(
        "reading another process's socket options: too many open descriptors in this process "
          + "(EMFILE)")
    ),
  ]) func reasons(_ number: Int32, _ yama: Int?, _ expected: Unreadable) {
    #expect(SocketOptions.refusal(number, yama: yama) == expected)
  }
}

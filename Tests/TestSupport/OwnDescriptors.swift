import CTestSupport

/// Gives the calling thread descriptors of its own; call it on a thread that ends soon.
///
/// A program that another test starts has copies of this process's sockets for a moment after
/// posix_spawn(3) has returned: execve(2) lets the parent go on before it closes them. A socket that
/// must be gone when it is closed belongs to such a thread.
public func takeOwnDescriptors() throws(SystemCallError) {
  if test_own_descriptors() != 0 { throw SystemCallError("close_range(CLOSE_RANGE_UNSHARE)") }
}

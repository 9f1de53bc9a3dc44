using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LusPipeline.UnitTests.Storage.Buckets;

/// <summary>Runs code without root's right to read everything. Linux keeps the identity for file access per thread.</summary>
internal static partial class Unprivileged
{
    private const int Nobody = 65534;

    public static void Run(Func<Task> act)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            act().GetAwaiter().GetResult();
            return;
        }
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(Nobody);
            try
            {
                var task = act();
                Assert.True(task.IsCompleted, "The code moved to a thread with other rights.");
                task.GetAwaiter().GetResult();
            }
#pragma warning disable CA1031 // Whatever it is goes on in the test's thread.
            catch (Exception error)
#pragma warning restore CA1031
            {
                thrown = error;
            }
            finally
            {
                _ = SetFileSystemUser(0);
            }
        });
        thread.Start();
        thread.Join();
        if (thrown is not null)
            ExceptionDispatchInfo.Throw(thrown);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(int user);
}

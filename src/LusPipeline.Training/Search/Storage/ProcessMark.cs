using System.Globalization;

namespace LusPipeline.Training.Search.Storage;

/// <summary>
/// Names a process so that another one on the same machine can see whether it is gone. After <c>kill -9</c> the same command then goes on at once instead
/// of waiting until a heartbeat is stale.
/// </summary>
public static class ProcessMark
{
    /// <summary>The trial's system attribute that has the mark.</summary>
    public const string Attribute = "lus:process";

    private const string BootFile = "/proc/sys/kernel/random/boot_id";
    private const string PidNamespace = "/proc/self/ns/pid";

    /// <summary>The mark of this process: boot, namespace of process ids, id, and start in ticks since the boot.</summary>
    public static string Own { get; } = string.Create(CultureInfo.InvariantCulture, $"{Machine()} {Environment.ProcessId} {StartOf(Environment.ProcessId)}");

    /// <summary>Whether a process ran on this machine, in this namespace, and is gone. Of any other machine nothing is known.</summary>
    public static bool IsGone(string mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        return mark.Split(' ') is [var boot, var space, var id, var start] && $"{boot} {space}" == Machine()
            && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && StartOf(number) != start;
    }

    private static string Machine() => $"{File.ReadAllText(BootFile).Trim()} {new FileInfo(PidNamespace).LinkTarget}";

    /// <summary>The 22nd field of /proc/ID/stat (proc(5)); nothing if there is no such process.</summary>
    private static string StartOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}

using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Core.Identity;

namespace LusPipeline.Hosting.Run;

/// <summary>
/// The folder of <c>--home</c>: ledger, work objects and scratch, which only this user may read. One run at a time holds it.
/// </summary>
public sealed class HomeFolder : IDisposable
{
    public const string DefaultName = ".lus";

    private const string LockName = "run.lock";
    private const string ObjectsName = "objects";
    private const string ScratchName = "scratch";
    private const string FastName = "fast";
    private const string FramesName = "frames";
    private const string KeyName = "dicom.key";

    private readonly FileStream _lock;
    private readonly Lazy<InstallationKey> _key;

    private HomeFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        _key = new(() => KeyIn(path));
    }

    public string Path { get; }

    public string LedgerFile => LedgerFileIn(Path);

    /// <summary>The work bucket: clip frames and features.</summary>
    public string Objects => System.IO.Path.Combine(Path, ObjectsName);

    /// <summary>The slim form of the model, for <c>--fast</c>.</summary>
    public string Fast => FastIn(Path);

    /// <summary>Frames that were decoded again to be looked at.</summary>
    public string Frames => FramesIn(Path);

    /// <summary>Emptied at the start of every run.</summary>
    public string Scratch => System.IO.Path.Combine(Path, ScratchName);

    /// <summary>The key that hashes the UIDs of DICOM objects. It is made when it is first asked for, and only this user may read it.</summary>
    /// <exception cref="HomeException">It is damaged.</exception>
    public InstallationKey Key => _key.Value;

    /// <summary>Reads the key of a home folder, and makes it if there is none.</summary>
    /// <exception cref="HomeException">It is damaged.</exception>
    internal static InstallationKey KeyIn(string home)
    {
        var path = System.IO.Path.Combine(home, KeyName);
        if (!File.Exists(path))
            PrivateFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(InstallationKey.NewText() + "\n")));
        var text = File.ReadAllText(path).Trim();
        return text.Length >= InstallationKey.LeastCharacters
            ? new(text)
            : throw new HomeException($"{path} holds no key. Restore it from a backup. If you delete it instead, the DICOM loops in this ledger are not known again and are processed anew.");
    }

    public static string LedgerFileIn(string home) => System.IO.Path.Combine(home, "ledger.db");

    public static string FramesIn(string home) => System.IO.Path.Combine(home, FramesName);

    /// <summary>The folder of <see cref="Fast"/>, which holds bundles.</summary>
    public static string FastIn(string home) => System.IO.Path.Combine(home, FastName);

    /// <summary>Creates the folder if it is missing and takes its lock. The system releases the lock when the process ends.</summary>
    /// <exception cref="HomeException">Another run holds it, it cannot be written, or it holds folders of somebody else's by the names of ours.</exception>
    public static HomeFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream held;
        RequireOwn(path);
        try
        {
            PrivateFolder.MakeIfMissing(path);
            held = new FileStream(System.IO.Path.Combine(path, LockName), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw exception is IOException && File.Exists(System.IO.Path.Combine(path, LockName))
                ? new HomeException($"Another lus run works in {path}. Wait for it, or give this one a --home of its own.", exception)
                : new HomeException($"{path} cannot be written. Give --home a folder that can.", exception);
        }
        try
        {
            var home = new HomeFolder(path, held);
            if (Directory.Exists(home.Scratch))
                Directory.Delete(home.Scratch, recursive: true);
            PrivateFolder.Make(home.Scratch);
            PrivateFolder.Make(home.Objects);
            return home;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>A home that no run has held may be any folder of the user's, <c>--home .</c> for one: nothing in it is ours to empty.</summary>
    private static void RequireOwn(string path)
    {
        if (File.Exists(System.IO.Path.Combine(path, LockName)))
            return;
        foreach (var name in new[] { ScratchName, ObjectsName, FastName, FramesName })
        {
            if (System.IO.Path.Exists(System.IO.Path.Combine(path, name)))
                throw new HomeException($"{path} holds '{name}', which no lus run has made. Give --home a folder of its own.");
        }
    }
}

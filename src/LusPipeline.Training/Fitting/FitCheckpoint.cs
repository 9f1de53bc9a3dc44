using System.Security.Cryptography;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>
/// A file from which a killed training goes on. It is replaced atomically. A file of another training (other clips, options or seed) or a damaged one is
/// not used: training starts anew and replaces it.
/// </summary>
/// <param name="path">The file's path.</param>
/// <param name="interval">The least time between two writings within a member; null for five seconds. Each member's end is written too.</param>
public sealed class FitCheckpoint(string path, TimeSpan? interval = null)
{
    private const int HashBytes = 32;
    private static readonly byte[] Magic = "lus fit 1\n"u8.ToArray();
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromSeconds(5);
    private long _written = TimeProvider.System.GetTimestamp();

    /// <summary>Removes the file, when the trained head is safe.</summary>
    public void Delete() => File.Delete(path);

    internal bool IsDue => TimeProvider.System.GetElapsedTime(_written) >= _interval;

    /// <param name="run">The SHA-256 of all that decides the training's result.</param>
    /// <exception cref="HeadException">The file cannot be written. What was there stays.</exception>
    internal void Write(byte[] run, FitProgress progress)
    {
        var unfinished = path + ".tmp";
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            using (var sha = SHA256.Create())
            {
                using (var hashed = new CryptoStream(file, sha, CryptoStreamMode.Write, leaveOpen: true))
                using (var writer = new BinaryWriter(hashed))
                {
                    writer.Write(Magic);
                    writer.Write(run);
                    progress.Write(writer);
                }
                file.Write(sha.Hash!);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new HeadException($"'{path}', from which a stopped training would go on, cannot be written: {failed.Message} Make room on the disk, and give the same command again.", failed);
        }
        finally
        {
            if (File.Exists(unfinished))
                File.Delete(unfinished);
        }
        _written = TimeProvider.System.GetTimestamp();
    }

    /// <returns>Null if there is no usable file of this training.</returns>
    internal FitProgress? Read(byte[] run)
    {
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        var head = Magic.Length + run.Length;
        if (bytes.Length < head + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic) || !bytes.AsSpan(Magic.Length, run.Length).SequenceEqual(run)
            || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(bytes.Length - HashBytes)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes, head, bytes.Length - head - HashBytes));
        return FitProgress.Read(reader);
    }
}

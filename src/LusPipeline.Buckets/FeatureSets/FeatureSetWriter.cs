using System.Runtime.InteropServices;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>Writes a feature set video by video. Features go straight to disk. Names and labels stay in memory until <see cref="Commit"/>.</summary>
public sealed class FeatureSetWriter : IDisposable
{
    private readonly string _target;
    private readonly string _unfinished;
    private readonly int _frames;
    private readonly int _featureLength;
    private readonly FileStream _features;
    private readonly int _headerBytes;
    private readonly List<(Diagnosis Label, string Name)> _videos = [];

    /// <param name="folder">The set's folder, which has to be new or empty.</param>
    /// <param name="frames">T, the number of frames of every video.</param>
    /// <param name="featureLength">D, the number of features of one frame.</param>
    /// <exception cref="FeatureSetException">The folder is not empty, or the path is a file.</exception>
    public FeatureSetWriter(string folder, int frames, int featureLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureLength, 1);
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireFree(_target);
        _frames = frames;
        _featureLength = featureLength;
        _unfinished = $"{_target}.{Guid.NewGuid():N}.tmp";
        PrivateFolder.Make(_unfinished);
        _features = new FileStream(Path.Combine(_unfinished, FeatureSetFiles.Features(featureLength)), FileMode.CreateNew, FileAccess.Write);
        // The number of rows is known only at the end. The final header is at most as long as this one.
        var header = Header(long.MaxValue / sizeof(float) / featureLength).ToBytes();
        _headerBytes = header.Length;
        _features.Write(header);
    }

    public int Videos => _videos.Count;

    /// <exception cref="FeatureSetException">The folder is not empty, or the path is a file.</exception>
    public static void RequireFree(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new FeatureSetException($"'{folder}' exists already. Give a new folder, or delete that one.");
    }

    /// <param name="name">The video's name, without its label. It is unique within its label.</param>
    /// <param name="features">float32 [T, D] in time order.</param>
    public void Add(Diagnosis label, string name, ReadOnlySpan<float> features)
    {
        if (features.Length != _frames * _featureLength)
            throw new ArgumentException($"{features.Length} floats are not {_frames}×{_featureLength} features.", nameof(features));
        _features.Write(MemoryMarshal.AsBytes(features));
        _videos.Add((label, name));
    }

    /// <summary>Moves the set to its folder. Without this call, nothing remains.</summary>
    /// <exception cref="FeatureSetException">Another process has put files into the folder meanwhile.</exception>
    public void Commit()
    {
        var rows = _videos.Count * (long)_frames;
        _features.Position = 0;
        _features.Write(Header(rows).ToBytes(_headerBytes));
        _features.Dispose();
        var names = new string[rows];
        var labels = new long[rows];
        for (var row = 0; row < rows; row++)
        {
            var (label, name) = _videos[row / _frames];
            names[row] = FeatureSetFiles.FrameName(label, name, (row % _frames) + 1);
            labels[row] = (long)label;
        }
        NpyFile.WriteStrings(Path.Combine(_unfinished, FeatureSetFiles.FileNames), [rows], names);
        NpyFile.Write<long>(Path.Combine(_unfinished, FeatureSetFiles.Labels), [rows], labels);
        RequireFree(_target);
        if (Directory.Exists(_target))
            Directory.Delete(_target);
        Directory.Move(_unfinished, _target);
    }

    public void Dispose()
    {
        _features.Dispose();
        if (Directory.Exists(_unfinished))
            Directory.Delete(_unfinished, recursive: true);
    }

    private NpyHeader Header(long rows) => new(NpyType.For<float>(), [rows, _featureLength]);
}

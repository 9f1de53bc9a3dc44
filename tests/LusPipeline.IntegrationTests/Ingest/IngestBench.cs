using LusPipeline.Core.Clips;
using LusPipeline.Core.Studies;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Processes;
using LusPipeline.Media.Sniffing;
using LusPipeline.Pipeline.Ingest;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>A folder of one test's own with everything that reads a video, as the ingest stage puts it together.</summary>
internal sealed class IngestBench : IDisposable
{
    private readonly DecoderSlots _slots;

    /// <param name="ffmpeg">A shell script in ffmpeg's place.</param>
    /// <param name="sandbox">Off for a script that writes files or sends signals.</param>
    /// <param name="ffprobe">A shell script in ffprobe's place.</param>
    public IngestBench(
        IngestOptions? options = null, VideoLimits? limits = null, int permits = 32, string? ffmpeg = null, string? ffprobe = null, TimeProvider? time = null,
        SandboxMode sandbox = SandboxMode.Auto)
    {
        time ??= TimeProvider.System;
        var media = new MediaOptions { Sandbox = sandbox };
        Folder = Directory.CreateTempSubdirectory("lus-ingest-").FullName;
        Options = options ?? new IngestOptions();
        if (ffmpeg is not null)
            Options = Options with { Ffmpeg = Script("ffmpeg", ffmpeg) };
        if (ffprobe is not null)
            Options = Options with { Ffprobe = Script("ffprobe", ffprobe) };
        Scratch = Directory.CreateDirectory(Path.Combine(Folder, "scratch")).FullName;
        Clips = Directory.CreateDirectory(Path.Combine(Folder, "clips")).FullName;
        Gate = new ClipGate(permits);
        _slots = new DecoderSlots(Options.MaxDecoders);
        Probe = new VideoProbe(Options, media, limits ?? new VideoLimits(), _slots, time);
        Cutter = new ClipCutter(Options, media, limits ?? new VideoLimits(), _slots, Gate, time);
        Reader = new VideoReader(Probe, Cutter, new LoopOpener(Options, media, limits ?? new VideoLimits()));
    }

    public IngestOptions Options { get; }

    public string Folder { get; }

    public string Scratch { get; }

    public string Clips { get; }

    public ClipGate Gate { get; }

    public VideoProbe Probe { get; }

    public ClipCutter Cutter { get; }

    public VideoReader Reader { get; }

    /// <summary>Names of the spans that would have been started.</summary>
    public List<string> Steps { get; } = [];

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Sniffs, probes and cuts a video; every clip's permit is given back as soon as the clip has come.</summary>
    public async Task<Ingested> IngestAsync(
        string path, ClipPlan? plan = null, int width = 299, int height = 299, Func<CutClip, Task>? onClip = null, CancellationToken? cancellation = null,
        LoopRegion region = LoopRegion.Tissue)
    {
        var token = cancellation ?? TestContext.Current.CancellationToken;
        using var source = VideoSource.Open(Guid.NewGuid(), path, Scratch);
        var clips = new List<CutClip>();
        var prefix = Guid.NewGuid().ToString("N");
        var read = await Reader.ReadAsync(
            new CutRequest(source, plan ?? ClipPlan.Whole(20), width, height, Clips, index => $"{prefix}-{index}.npy") { Region = region }, Path.GetFileName(path),
            step =>
            {
                Steps.Add(step);
                return null;
            },
            async clip =>
            {
                if (onClip is not null)
                    await onClip(clip);
                clips.Add(clip);
                return false;
            },
            token);
        return new Ingested(read.Facts, read.Report, clips);
    }

    /// <summary>Ingests raw frames twice: as a video without loss, and as a DICOM loop without coding.</summary>
    /// <param name="pixels">A file: uint8 [n,H,W,3].</param>
    /// <param name="side">Width and height of the clips' frames.</param>
    /// <returns>The sha256 of either clip.</returns>
    public async Task<(string Video, string Loop)> IngestBothWaysAsync(string pixels, int width, int height, int side)
    {
        var frames = await File.ReadAllBytesAsync(pixels, TestContext.Current.CancellationToken);
        var plan = ClipPlan.Whole(frames.Length / (width * height * 3));
        var (video, loop) = (PathOf("video.mov"), PathOf("loop.dcm"));
        await Ffmpeg.MakeAsync(video, "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", $"{width}x{height}", "-i", "file:" + pixels, "-c:v", "png", "-compression_level", "0", "-pix_fmt", "rgb24");
        await File.WriteAllBytesAsync(loop, DicomWriter.Colours(frames, width, height), TestContext.Current.CancellationToken);
        return (
            Assert.Single((await IngestAsync(video, plan, side, side)).Clips).Sha256,
            Assert.Single((await IngestAsync(loop, plan, side, side)).Clips).Sha256);
    }

    /// <summary>What ffprobe says of a video.</summary>
    public async Task<VideoFacts> ProbeAsync(string path)
    {
        using var source = VideoSource.Open(Guid.NewGuid(), path, Scratch);
        return await Probe.ProbeAsync(
            source, Assert.IsType<SniffResult.Video>(VideoSniffer.Sniff(path, Path.GetFileName(path))), TestContext.Current.CancellationToken);
    }

    private string Script(string name, string text)
    {
        var path = PathOf(name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose()
    {
        Gate.Dispose();
        _slots.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

internal sealed record Ingested(VideoFacts Facts, CutReport Report, IReadOnlyList<CutClip> Clips);

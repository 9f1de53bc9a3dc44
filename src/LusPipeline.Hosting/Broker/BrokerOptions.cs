using System.ComponentModel.DataAnnotations;
using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Where RabbitMQ is and how its queues are made. Versions 3.10 to 4.x.</summary>
public sealed record BrokerOptions : IValidatableObject
{
    public const string Section = "Broker";

    /// <summary>
    /// Address of the broker: <c>amqp://user:password@host:port/vhost</c>, or <c>amqps</c> for TLS. Without a path, the virtual host is <c>/</c>.
    /// </summary>
    [Required]
    public Uri Uri { get; init; } = null!;

    /// <summary>PEM file of the authority that signed the broker's certificate. Without it, the system's authorities.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate, for a broker that asks for one.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of the client certificate's private key. Without it, the key is in the certificate's file.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Names of queues and exchanges begin with it and a dot.</summary>
    [RegularExpression("[a-zA-Z0-9_-]{1,64}", ErrorMessage = "has 1 to 64 letters, digits, '-' or '_'.")]
    public string Prefix { get; init; } = "lus";

    /// <summary>Time between heartbeats of a connection. A silent connection is given up after two of them.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait of a message's sender for the broker's confirmation.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Videos that an ingest worker holds unacknowledged, routine and urgent each. 0 means twice what it handles at the same time.</summary>
    [Range(0, 1000)]
    public int PrefetchIngest { get; init; }

    /// <summary>Clips that a features worker holds unacknowledged, routine and urgent each. 0 means twice what it handles at the same time.</summary>
    [Range(0, 1000)]
    public int PrefetchFeatures { get; init; }

    /// <summary>Clips that a sequence worker holds unacknowledged, routine and urgent each. 0 means twice what it handles at the same time.</summary>
    [Range(0, 1000)]
    public int PrefetchSequence { get; init; }

    /// <summary>
    /// Deliveries after which the broker gives a message up. It is a backstop that no handling relies on. It cannot change while the queues exist.
    /// </summary>
    [Range(2, 1000)]
    public int DeliveryLimit { get; init; } = 20;

    /// <summary>Nodes of a cluster that hold each queue. It cannot change while the queues exist.</summary>
    [Range(1, 9)]
    public int QuorumGroupSize { get; init; } = 3;

    /// <summary>Dead letters that are kept, the newest ones. It cannot change while the queues exist.</summary>
    [Range(1, 10_000_000)]
    public int DeadLettersKept { get; init; } = 10_000;

    /// <summary>
    /// How many routine messages, and how many urgent ones, a worker holds unacknowledged. It is at least one more than it handles at the same time,
    /// so that the next message is there when one is finished.
    /// </summary>
    /// <param name="concurrency">Messages that it handles at a time.</param>
    internal ushort PrefetchOf(Stage stage, int concurrency)
    {
        var chosen = new PerStage<int>(PrefetchIngest, PrefetchFeatures, PrefetchSequence)[stage];
        return (ushort)Math.Min(ushort.MaxValue, chosen == 0 ? 2 * concurrency : Math.Max(chosen, concurrency + 1));
    }

    /// <summary>What is wrong with a broker's address, as the part of a sentence that follows the key's name; null if nothing is.</summary>
    internal static string? ProblemOf(Uri uri)
    {
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
            return "is of the form amqp://user:password@host:5672/vhost, or amqps:// for TLS.";
        return uri.AbsolutePath.Count(letter => letter == '/') > 1 ? "has a virtual host with '/': write it %2F." : null;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Uri is null)
            yield break;
        if (ProblemOf(Uri) is { } problem)
        {
            yield return new(problem, [nameof(Uri)]);
            yield break;
        }
        if (Uri.Scheme == "amqp" && (CaFile ?? ClientCertificateFile ?? ClientKeyFile) is not null)
            yield return new("is amqp://, without TLS, and files for TLS are given: write amqps://, or leave the files out.", [nameof(Uri)]);
        if (ClientKeyFile is not null && ClientCertificateFile is null)
            yield return new("is given without ClientCertificateFile.", [nameof(ClientKeyFile)]);
    }
}

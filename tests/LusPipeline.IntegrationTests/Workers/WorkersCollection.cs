namespace LusPipeline.IntegrationTests.Workers;

/// <summary>Tests with workers run one after another, as each has several processes, and share what <c>lus run</c> made of the videos.</summary>
[CollectionDefinition(WorkerTests.Name)]
public sealed class WorkersCollection : ICollectionFixture<FleetFixture>;

package org.virtnft.cli;

import org.virtnft.state.Source;
import org.virtnft.xml.Reading;

/**
 * A network that a command was given.
 *
 * @param given the name or file as the administrator wrote it
 * @param policySeen our element in the network's live XML, which may be older than the one in force
 * @param policy our element in force
 * @param note what else to tell about it; "" for nothing
 */
record Named(String given, Source source, Reading reading, String policy, String policySeen, String note) {}

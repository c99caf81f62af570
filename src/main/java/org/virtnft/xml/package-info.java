/**
 * libvirt's XML, and our element in its metadata, to the model: {@link org.virtnft.xml.NetworkReader} reads one document and
 * reports every error with its line. The only package that knows JDOM.
 */
@NullMarked
package org.virtnft.xml;

import org.jspecify.annotations.NullMarked;
